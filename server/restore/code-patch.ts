import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { structuredPatch } from 'diff'
import type { PlannedFile } from '../contract/change.ts'
import { blocksOf } from '../outside/content.ts'
import type { CodeFileState } from './code-files.ts'

/** A file on disk now and at the moment; null where there is none. */
export interface TwoSides {
  /** Below the project's folder, with `/`. */
  below: string
  before: string | null
  after: string | null
}

/** A patch that turns a project's folder into the moment, from what would be done to each of its files. */
export async function patchToMoment(
  files: readonly CodeFileState[],
  planned: readonly PlannedFile[],
  root: string,
): Promise<string> {
  const actions = new Map(planned.map((file) => [file.path, file.action]))
  const parts: string[] = []
  for (const { below, content } of files) {
    const path = join(root, ...below.split('/'))
    const action = actions.get(path)
    if (action === undefined || action === 'unchanged' || action === 'refused') continue
    const before = action === 'create' ? null : await readText(path)
    if (before === null && action !== 'create') continue
    const after = content === null ? null : Buffer.concat([...blocksOf(content)]).toString('utf8')
    parts.push(patchOfFile({ below, before, after }))
    await new Promise(setImmediate)
  }
  return parts.join('')
}

/** Null for what is no text: a patch of lines cannot tell of it. */
async function readText(path: string): Promise<string | null> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path))
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

const MOST_EDITS = 3000
const MOST_TIME = 25

/**
 * A patch in git's form that `git apply` and `patch -p1` take, which turns the one side into the other. Where the two
 * differ too much to compare in time, all lines are replaced.
 */
export function patchOfFile({ below, before, after }: TwoSides): string {
  if (before === after) return ''
  const [left, right] = [quoted(`a/${below}`), quoted(`b/${below}`)]
  const kind = before === null ? 'new file mode 100644\n' : after === null ? 'deleted file mode 100644\n' : ''
  const hunks = hunksOf(before ?? '', after ?? '')
  if (hunks === '') return `diff --git ${left} ${right}\n${kind}`
  const names = `--- ${before === null ? '/dev/null' : left}\n+++ ${after === null ? '/dev/null' : right}\n`
  return `diff --git ${left} ${right}\n${kind}${names}${hunks}`
}

function hunksOf(before: string, after: string): string {
  const found = structuredPatch('', '', before, after, undefined, undefined, {
    context: 3,
    maxEditLength: MOST_EDITS,
    timeout: MOST_TIME,
  })
  if (!found) return wholeHunk(before, after)
  return found.hunks
    .map(({ oldStart, oldLines, newStart, newLines, lines }) => {
      const head = `@@ -${rangeOf(oldStart, oldLines)} +${rangeOf(newStart, newLines)} @@`
      return `${[head, ...lines].join('\n')}\n`
    })
    .join('')
}

/** An empty side begins at line 0. */
function rangeOf(start: number, lines: number): string {
  return `${lines === 0 ? Math.max(0, start - 1) : start},${lines}`
}

function wholeHunk(before: string, after: string): string {
  const [left, right] = [marked(before, '-'), marked(after, '+')]
  const head = `@@ -${left.lines === 0 ? 0 : 1},${left.lines} +${right.lines === 0 ? 0 : 1},${right.lines} @@\n`
  return head + left.text + right.text
}

function marked(text: string, mark: string): { text: string; lines: number } {
  if (text === '') return { text: '', lines: 0 }
  const hasEnd = text.endsWith('\n')
  const lines = (hasEnd ? text.slice(0, -1) : text).split('\n')
  const whole = lines.map((line) => `${mark}${line}\n`).join('')
  return { text: hasEnd ? whole : `${whole}\\ No newline at end of file\n`, lines: lines.length }
}

/** Git puts names with quotes, backslashes or control characters into quotes, and escapes them as C does. */
function quoted(name: string): string {
  const isPlain = [...name].every((char) => char > '\u001f' && char !== '"' && char !== '\\' && char !== '\u007f')
  if (isPlain) return /\s$/.test(name) ? `"${name}"` : name
  const escaped = [...name].map((char) => {
    if (char === '"' || char === '\\') return `\\${char}`
    if (char > '\u001f' && char !== '\u007f') return char
    return `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`
  })
  return `"${escaped.join('')}"`
}
