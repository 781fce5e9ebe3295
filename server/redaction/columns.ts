import { lineStartOf } from './boundary.ts'
import type { Name } from './assignments.ts'
import type { Page } from './page.ts'
import { judgeValue } from './values.ts'

/** A heading of a table: words and what separates them. */
const HEADING = /^[\w "'.|\t;,:#-]+$/
const LONGEST_HEADING = 300
const LONGEST_ROW = 1200
const MOST_ROWS = 30

/** A name in the heading of a table: the values below it, in CSV, Markdown and what databases print. */
export function readColumn(page: Page, { name, nameStart, nameEnd }: Name): void {
  const { text } = page
  const before = text.charAt(nameStart - 1)
  const after = text.charAt(nameEnd)
  if (name.strength < 2 || !isCellEnd(after) || !isCellStart(before)) return
  const separator = separatorAround(text, nameStart, nameEnd)
  if (separator === null) return
  const start = lineStartOf(text, nameStart, LONGEST_HEADING)
  const end = lineEndOf(text, nameEnd, LONGEST_HEADING)
  // A heading among rows that were read is a row; the names of one heading share it.
  if (start < page.rowsEnd && start !== page.headingStart) return
  page.spend(end < 0 ? LONGEST_HEADING : end - start)
  if (end < 0 || !HEADING.test(text.slice(start, end).trimEnd())) return
  if (separator !== '|' && text.slice(start, end).trimEnd().endsWith(separator)) return
  const columns = countOf(text, start, end, separator)
  const index = countOf(text, start, nameStart, separator)
  page.headingStart = start
  let row = end + 1
  for (let count = 0; count < MOST_ROWS && row < text.length; count += 1) {
    const rowEnd = lineEndOf(text, row, LONGEST_ROW)
    if (rowEnd < 0) return
    page.spend(rowEnd - row)
    if (!/^[\s|+:-]+$/.test(text.slice(row, Math.min(rowEnd, row + 80)))) {
      if (countOf(text, row, rowEnd, separator) !== columns) return
      readCell(page, name, cellAt(text, { start: row, end: rowEnd, index, separator }))
    }
    row = rowEnd + 1
    page.rowsEnd = Math.max(page.rowsEnd, row)
  }
}

function readCell(page: Page, name: Name['name'], cell: { start: number; end: number }): void {
  const value = page.text.slice(cell.start, cell.end)
  if (!/[\d!#$%&*+=?@^~]/.test(value)) return
  const tier = judgeValue(value, { name, isQuoted: true, isEnvironment: false })
  if (tier !== null) page.add({ kind: `generic-${name.kind}`, tier, ...cell })
}

function isCellEnd(char: string): boolean {
  return char !== '' && ' ,|\t;"\r\n'.includes(char)
}

function isCellStart(char: string): boolean {
  return char === '' || ' ,|\t;"\n'.includes(char)
}

/** The separator next to the name, on its right side or, at the end of the line, on its left. */
function separatorAround(text: string, nameStart: number, nameEnd: number): string | null {
  const right = /^[ "]{0,40}([,|\t;])/.exec(text.slice(nameEnd, nameEnd + 42))?.[1]
  if (right !== undefined) return right
  if (!/^[ "]{0,40}(?:\r?\n)/.test(text.slice(nameEnd, nameEnd + 42))) return null
  return (
    /([,|\t;])[ "]{0,8}(?:\w{1,20}[ _]){0,3}$/.exec(text.slice(Math.max(0, nameStart - 40), nameStart))?.[1] ?? null
  )
}

function lineEndOf(text: string, from: number, reach: number): number {
  const at = text.slice(from, from + reach).indexOf('\n')
  if (at >= 0) return from + at
  return text.length - from < reach ? text.length : -1
}

function countOf(text: string, from: number, to: number, separator: string): number {
  const code = separator.charCodeAt(0)
  let count = 0
  for (let at = from; at < to; at += 1) if (text.charCodeAt(at) === code) count += 1
  return count
}

function cellAt(
  text: string,
  row: { start: number; end: number; index: number; separator: string },
): { start: number; end: number } {
  let start = row.start
  for (let count = 0; count < row.index; count += 1) start = text.indexOf(row.separator, start) + 1
  const next = text.indexOf(row.separator, start)
  let end = next < 0 || next > row.end ? row.end : next
  while (start < end && ' "\t`'.includes(text.charAt(start))) start += 1
  while (end > start && ' "\t\r`'.includes(text.charAt(end - 1))) end -= 1
  return { start, end }
}
