import { diffArrays } from 'diff'

/** A run of lines: kept from the old text, gone from it, or new. */
export interface LineRun {
  kind: 'same' | 'removed' | 'added'
  count: number
}

/** Past this many changed lines a comparison gives up and calls the whole middle changed. */
const MOST_EDITS = 1500

/** Compares two texts by lines. Equal ends are cut off first, because an edit mostly touches one place. */
export function compareLines(before: readonly string[], after: readonly string[]): LineRun[] {
  const most = Math.min(before.length, after.length)
  let head = 0
  while (head < most && before[head] === after[head]) head += 1
  let tail = 0
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1
  const middle = compareMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail))
  return [run('same', head), ...middle, run('same', tail)].filter((one) => one.count > 0)
}

function compareMiddle(before: string[], after: string[]): LineRun[] {
  const parts =
    before.length > 0 && after.length > 0 ? diffArrays(before, after, { maxEditLength: MOST_EDITS }) : undefined
  if (!parts) return [run('removed', before.length), run('added', after.length)]
  return parts.map((part) => run(part.added ? 'added' : part.removed ? 'removed' : 'same', part.value.length))
}

function run(kind: LineRun['kind'], count: number): LineRun {
  return { kind, count }
}

/** Lines as an editor counts them: a final line feed ends the last line and begins no new one. */
export function linesOf(text: string): string[] {
  if (text === '') return []
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}

/** Ranges of lines in the new text, from 1, that are not in the old one. */
export function addedRanges(before: string, after: string): [number, number][] {
  const ranges: [number, number][] = []
  let line = 1
  for (const one of compareLines(linesOf(before), linesOf(after))) {
    if (one.kind === 'removed') continue
    if (one.kind === 'added') ranges.push([line, line + one.count - 1])
    line += one.count
  }
  return ranges
}
