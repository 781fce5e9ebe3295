import type { Coverage } from '../contract/compaction.ts'

/** Whether something ran, and how it ended, in the words that people use. */
interface Saying {
  did: RegExp
  command: RegExp
}

/** Runs that are judged by how they ended. */
const TRIALS: Record<string, RegExp> = {
  test: /\b(?:tests?|testing|test suite|suite|specs?|test:\w+)\b/i,
  build: /\b(?:buil[dt]s?|building|compil\w+)\b/i,
  check: /\b(?:lint\w*|fmt|format(?:ted|ting)?|type ?checks?|checks? pass\w*)\b/i,
}
/** Deeds: that they were done is how they ended. */
const DEEDS: Saying[] = [
  {
    command: /\bgit commit\b/,
    did: /\bcommitted (?:and|as|with|the|all|to|in|on)\b|\bcommit(?:ted)?:? [`“(]?[0-9a-f]{7}|\*\*commit/i,
  },
  { command: /\bgit push\b/, did: /\bpush(?:ed|es)\b/i },
  {
    command: /\b(?:pr|pull request) create\b|\bpr create\b/,
    did: /\b(?:created?|opened|draft)\b.{0,40}\b(?:PR|pull request)\b|\bPR #\d+ created/i,
  },
  { command: /\b(?:replies|comments?|reviews?)\b/, did: /\b(?:replied|commented|answered)\b/i },
  { command: /\bgit merge\b/, did: /\bmerg(?:ed|ing)\b/i },
  { command: /\bgit rebase\b/, did: /\brebas(?:ed|ing)\b/i },
  { command: /\bgit (?:reset|revert|restore|checkout --)/, did: /\b(?:reset|revert(?:ed)?|restored)\b/i },
  {
    command: /\b(?:install|npm i|add|get)\b/,
    did: /\b(?:installed|added .{0,30}(?:dependenc|package)\w*|upgraded)\b/i,
  },
]
const GOOD =
  /\b(?:pass(?:es|ed|ing)?|green|succe\w+|clean(?:ly)?|0 (?:issues|errors|failures)|no (?:errors|issues|failures)|compiles)\b|✓|✅/i
const BAD = /\b(?:fail\w*|broken|breaks?|errors?|crash\w*|conflict\w*|red|mismatch)\b|✗|❌/i

/** What is sought of a command: what it was for, its text, names in it, and whether it failed. */
export interface Outcome {
  use: string
  command: string
  names: string[]
  isBad: boolean
}

/** Says whether a summary, given as lines, tells what ran and how it ended; null where words have to decide. */
export function judgeOutcome(
  sought: Outcome,
  lines: readonly string[],
): { coverage: Coverage; found: string[]; missing: string[] } | null {
  const found = sought.names.filter((name) => lines.some((line) => line.toLowerCase().includes(name.toLowerCase())))
  const missing = sought.names.filter((name) => !found.includes(name))
  const trial = TRIALS[sought.use]
  if (trial) {
    const ending = sought.isBad ? BAD : GOOD
    const said = lines.find((line) => trial.test(line) && ending.test(line))
    const word = said === undefined ? [] : [`${trial.exec(said)?.[0] ?? ''} ${ending.exec(said)?.[0] ?? ''}`]
    const isWhole = sought.names.length === 0 || found.length > 0
    if (said !== undefined) return { coverage: isWhole ? 'kept' : 'partly', found: [...found, ...word], missing }
    // That tests pass says that it builds.
    const isImplied =
      sought.use !== 'test' && !sought.isBad && lines.some((line) => TRIALS['test']?.test(line) && GOOD.test(line))
    return { coverage: isImplied || found.length > 0 ? 'partly' : 'lost', found, missing }
  }
  const deed = DEEDS.find(({ command }) => command.test(sought.command))
  if (found.length > 0) return { coverage: 'kept', found, missing }
  if (!deed) return sought.names.length > 0 ? { coverage: 'lost', found, missing } : null
  const said = lines.map((line) => deed.did.exec(line)?.[0]).find((text) => text !== undefined)
  return { coverage: said === undefined ? 'lost' : 'kept', found: said === undefined ? [] : [said], missing }
}
