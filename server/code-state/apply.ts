import type { Hunk, Replacement } from './file-op.ts'
import { applySought } from './seek.ts'

/** The outcome of a change: `exact` when everything matched, `probable` when it had to be bent to fit. */
export interface Applied {
  text: string
  confidence: 'exact' | 'probable'
}

/**
 * Applies an edit to a text. Replacements come first, because hunks may show tabs as spaces; the hunks then decide
 * between several places and check the result. Returns null when nothing matches.
 */
export function applyEdit(
  base: string,
  hunks: readonly Hunk[],
  replace: readonly Replacement[] | undefined,
): Applied | null {
  if (replace && replace.length > 0) {
    const replaced = applyReplacements(base, replace, hunks)
    if (replaced) return replaced
  }
  if (hunks.length === 0) return null
  return applyHunks(base, hunks)
}

function applyReplacements(base: string, replace: readonly Replacement[], hunks: readonly Hunk[]): Applied | null {
  let text = base
  let isSure = true
  let growth = 0
  for (const one of replace) {
    const next = replaceOne(text, one, hunks)
    if (!next) return null
    if (next.confidence !== 'exact') isSure = false
    growth += next.growth
    text = next.text
  }
  if (hunks.length > 0 && growth !== toldGrowth(hunks) && base !== '') isSure = false
  return { text, confidence: isSure ? 'exact' : 'probable' }
}

/** Also says how many line breaks came, or went. */
function replaceOne(text: string, one: Replacement, hunks: readonly Hunk[]): (Applied & { growth: number }) | null {
  if (one.old === '') return text === '' ? { text: one.new, confidence: 'exact', growth: 0 } : null
  const first = text.indexOf(one.old)
  if (first === -1) return null
  // Taking text away takes its line end too, as the agent does.
  const old = one.new === '' && !one.old.endsWith('\n') && text.includes(`${one.old}\n`) ? `${one.old}\n` : one.old
  const growth = countBreaks(one.new) - countBreaks(old)
  if (one.all) {
    const parts = text.split(old)
    return { text: parts.join(one.new), confidence: 'exact', growth: growth * (parts.length - 1) }
  }
  const start = old === one.old ? first : text.indexOf(old)
  const isOnly = text.indexOf(old, start + 1) === -1
  if (isOnly) return { text: splice(text, start, old.length, one.new), confidence: 'exact', growth }
  const wanted = hunks[0]?.oldStart
  const place = wanted === undefined ? start : nearest(text, old, wanted)
  return {
    text: splice(text, place, old.length, one.new),
    confidence: wanted === undefined ? 'probable' : 'exact',
    growth,
  }
}

function splice(text: string, at: number, length: number, by: string): string {
  return text.slice(0, at) + by + text.slice(at + length)
}

/** The first occurrence at or after the hunk's first line, else the last one before it. */
function nearest(text: string, part: string, line: number): number {
  let offset = 0
  for (let n = 1; n < line; n += 1) {
    const end = text.indexOf('\n', offset)
    if (end === -1) break
    offset = end + 1
  }
  const after = text.indexOf(part, offset)
  return after === -1 ? text.lastIndexOf(part) : after
}

/** How many lines the hunks say that came, or went. */
function toldGrowth(hunks: readonly Hunk[]): number {
  return hunks.reduce((sum, hunk) => sum + hunk.newLines - hunk.oldLines, 0)
}

function countBreaks(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/** Applies hunks where their context matches, exactly or with tabs shown as spaces, at most some lines off. */
export function applyHunks(base: string, hunks: readonly Hunk[]): Applied | null {
  if (hunks.some((hunk) => hunk.seek !== undefined)) {
    const text = applySought(base, hunks)
    return text === null ? null : { text, confidence: 'exact' }
  }
  const lines = base === '' ? [] : base.split('\n')
  const out: string[] = []
  let at = 0
  let shift = 0
  let isSure = true
  for (const hunk of hunks) {
    const body = hunk.lines.filter((line) => !line.startsWith('\\'))
    const old = body.filter((line) => !line.startsWith('+')).map((line) => line.slice(1))
    const stated = (hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1) + shift
    const found = findPlace(lines, old, stated, at)
    if (!found) return null
    if (found.isBent || found.start !== stated) isSure = false
    shift += found.start - stated
    out.push(...lines.slice(at, found.start))
    at = found.start
    const usesTabs = found.isBent
    for (const line of body) {
      if (line.startsWith('+')) out.push(usesTabs ? withTabs(line.slice(1), line.slice(1)) : line.slice(1))
      else {
        if (line.startsWith('-')) at += 1
        else out.push(lines[at++] ?? '')
      }
    }
  }
  out.push(...lines.slice(at))
  const isCut = hunks.some((hunk) => hunk.lines.at(-1)?.startsWith('\\') && hunk.lines.at(-2)?.startsWith('+'))
  if (base === '') return { text: out.join('\n') + (isCut ? '' : '\n'), confidence: 'probable' }
  return { text: out.join('\n'), confidence: isSure ? 'exact' : 'probable' }
}

function findPlace(
  lines: readonly string[],
  old: readonly string[],
  stated: number,
  from: number,
): { start: number; isBent: boolean } | null {
  for (const isBent of [false, true]) {
    for (let distance = 0; distance <= Math.max(lines.length, 1); distance += 1) {
      for (const start of distance === 0 ? [stated] : [stated - distance, stated + distance]) {
        if (start >= from && start + old.length <= lines.length && fits(lines, old, start, isBent))
          return { start, isBent }
      }
      if (old.length === 0) break
    }
  }
  return null
}

function fits(lines: readonly string[], old: readonly string[], start: number, isBent: boolean): boolean {
  for (let n = 0; n < old.length; n += 1) {
    const line = lines[start + n] ?? ''
    const wanted = old[n] ?? ''
    if (line !== wanted && !(isBent && asShown(line) === wanted)) return false
  }
  return true
}

/** Some versions show each tab as two spaces. */
function asShown(line: string): string {
  return line.replaceAll('\t', '  ')
}

function withTabs(line: string, original: string): string {
  const indent = /^ +/.exec(original)?.[0].length ?? 0
  return indent === 0 ? line : '\t'.repeat(Math.floor(indent / 2)) + (indent % 2 === 1 ? ' ' : '') + line.slice(indent)
}
