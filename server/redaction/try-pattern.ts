import { replaceHits } from './replace.ts'
import { compilePattern } from './re2-pattern.ts'
import { Scanner } from './scanner.ts'

/** A pattern and a text to try it on. */
export interface TrialRequest {
  pattern: string
  keyword: string
  text: string
}

/** What a pattern finds in a text, without the values. */
export interface PatternTrial {
  problem: string | null
  hasKeyword: boolean
  hits: { start: number; end: number }[]
  masked: string
  isComplete: boolean
}

const MARK = '[REDACTED]'

/** Tries a pattern as a scan would use it: through escapes, JSON in strings and base64 too. */
export function tryPattern(trial: TrialRequest): PatternTrial {
  const { text, keyword } = trial
  const compiled = compilePattern({ ...trial, kind: 'own' })
  const nothing = { hasKeyword: text.includes(keyword), hits: [], masked: '', isComplete: true }
  if (compiled.pattern === null) return { ...nothing, problem: compiled.problem }
  const scanner = new Scanner({ formats: [], extra: [compiled.pattern] })
  const { findings, unchecked } = scanner.scanText(text)
  const own = findings.filter(({ kind }) => kind === 'own').sort((a, b) => a.start - b.start)
  return {
    problem: null,
    hasKeyword: nothing.hasKeyword || own.length > 0,
    hits: own.map(({ start, end }) => ({ start, end })),
    masked: replaceHits(text, own, () => MARK),
    isComplete: unchecked.length === 0,
  }
}
