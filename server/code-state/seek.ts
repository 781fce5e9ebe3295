import type { Hunk } from './file-op.ts'

/** Lines that take the place of others. */
interface Splice {
  at: number
  removed: number
  added: string[]
}

/** Punctuation that is written in several ways. */
const ALIKE: readonly [RegExp, string][] = [
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/[\u2018-\u201b]/g, "'"],
  [/[\u201c-\u201f]/g, '"'],
  [/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, ' '],
]

/** How lines are compared, the strictest first. */
const WAYS: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line.trimEnd(),
  (line) => line.trim(),
  (line) => ALIKE.reduce((text, [pattern, plain]) => text.replace(pattern, plain), line.trim()),
]

/**
 * Applies hunks that name no lines, as `apply_patch` of Codex does: each is sought from where the one before it ended; one
 * without changes only moves on; one without old lines is put at the end. The result ends with a line feed. Null when
 * one is not found.
 */
export function applySought(base: string, hunks: readonly Hunk[]): string | null {
  const lines = base.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const splices: Splice[] = []
  let from = 0
  for (const hunk of hunks) {
    const old = hunk.lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1))
    const added = hunk.lines.filter((line) => !line.startsWith('-')).map((line) => line.slice(1))
    if (old.length === 0) {
      splices.push({ at: lines.length, removed: 0, added })
      continue
    }
    const found = find(lines, { old, added, from, isAtEnd: hunk.seek === 'end' })
    if (found === null) return null
    from = found.at + found.removed
    if (hunk.lines.some((line) => !line.startsWith(' '))) splices.push(found)
  }
  for (const { at, removed, added } of splices.sort((a, b) => b.at - a.at)) lines.splice(at, removed, ...added)
  return lines.at(-1) === '' ? lines.join('\n') : `${lines.join('\n')}\n`
}

function find(
  lines: readonly string[],
  sought: { old: string[]; added: string[]; from: number; isAtEnd: boolean },
): Splice | null {
  const { old, added } = sought
  const at = placeOf(lines, sought)
  if (at !== null) return { at, removed: old.length, added }
  // A last empty line stands for the end of the file, which has none.
  if (old.at(-1) !== '' || old.length === 1) return null
  const shorter = { old: old.slice(0, -1), added: added.at(-1) === '' ? added.slice(0, -1) : added }
  const place = placeOf(lines, { ...sought, old: shorter.old })
  return place === null ? null : { at: place, removed: shorter.old.length, added: shorter.added }
}

function placeOf(lines: readonly string[], sought: { old: string[]; from: number; isAtEnd: boolean }): number | null {
  const { old, from, isAtEnd } = sought
  const last = lines.length - old.length
  const first = isAtEnd && last >= 0 ? last : from
  for (const way of WAYS) {
    const wanted = old.map(way)
    for (let at = first; at <= last; at += 1) {
      if (wanted.every((line, n) => way(lines[at + n] ?? '') === line)) return at
    }
  }
  return null
}
