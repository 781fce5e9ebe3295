import type { LineContext, LineReading, SessionFact, SessionSoFar } from '../adapter.ts'
import { bookkeeping, eventsOf, resultOf, usageOf, type PieceDraft } from './drafts.ts'
import { projectOf } from './locate.ts'

const MODEL = /^(?:Main model|Model|Models): (\S+) with (\S+) edit format/
const VERSION = /^Aider v(\S+)$/
/** Said at the start of every run and after a change of models; nothing that happened. */
const ANNOUNCEMENT =
  /^(?:Weak model: |Editor model: |Git repo: |Repo-map: |Use \/help <question> for help|Multiline mode: Enabled|Cost estimates may be inaccurate)/
const TOKENS =
  /^Tokens: (\S+) sent(?:, (\S+) cache write)?(?:, (\S+) cache hit)?, (\S+) received\.(?:\s+Cost: \$(\S+) message, \$(\S+) session\.)?$/
const COST = /^Cost: \$(\S+) message, \$(\S+) session\.$/
const APPLIED = /^Applied edit to (.+)$/
const NOT_APPLIED = /^(?:Did not apply edit to (.+) \(--dry-run\)|Skipping edits to (.+?)(?: that matches .*|\.)?)$/
const COMMIT = /^Commit ([0-9a-f]{7,40})(?: (.*))?$/
const REMOVED = /^Removed: ([0-9a-f]{7,40})(?: (.*))?$/

const ANOTHER_RUN = 'The costs told here are not those of this run: two runs wrote into this history at the same time.'
/** What rounding three amounts may add up to, in US dollars. */
const ROUNDED = 0.016

/** Reads one line of Aider's own. */
export function readNotice(line: string, base: string, context: LineContext): LineReading {
  const text = line.replace(/^> ?/, '').replace(/ {2}$/, '')
  const announced = announcement(text)
  if (announced !== null) return bookkeeping(announced)
  return (
    readUsage(text, base, context) ??
    readOutcome(text, base, context) ??
    readCommit(text, base, context) ?? {
      kind: 'events',
      events: eventsOf(base, 'output', [{ kind: 'notice', text }]),
      facts: [],
    }
  )
}

/** What a line states about its run; null when it says that something happened. */
function announcement(text: string): SessionFact[] | null {
  const version = VERSION.exec(text)?.[1]
  if (version !== undefined) return [{ kind: 'version', text: version }]
  const model = MODEL.exec(text)?.[1]
  if (model !== undefined) return [{ kind: 'model', name: model.replace(/,$/, '') }]
  return ANNOUNCEMENT.test(text) || text.trim() === '' ? [] : null
}

function readUsage(text: string, base: string, { session }: LineContext): LineReading | null {
  const model = session?.model ?? 'unknown'
  const tokens = TOKENS.exec(text)
  const cost = COST.exec(text)
  if (tokens === null && cost === null) return null
  const [, sent, cacheWrite, cacheHit, received, stated = cost?.[1], total = cost?.[2]] = tokens ?? []
  // With both counts of the cache the cost stands on a line of its own.
  const isElsewhere = stated === undefined && cacheWrite !== undefined && cacheHit !== undefined
  const usage = usageOf(
    base,
    { sent: countIn(sent), received: countIn(received), cacheWrite: countIn(cacheWrite), cacheHit: countIn(cacheHit) },
    { model, costUsd: isElsewhere ? 0 : stated === undefined ? null : Number(stated) },
  )
  const isCostAlone = tokens === null
  const used = isCostAlone ? undefined : usage
  const draft: PieceDraft = { kind: 'progress', text, model, usage: used ?? costOnly(usage) }
  const isStray = session !== undefined && total !== undefined && !isSumOf(session, Number(total) - Number(stated))
  return {
    kind: 'events',
    events: eventsOf(base, 'usage', [draft]),
    facts: [],
    ...(isStray ? { doubt: ANOTHER_RUN } : {}),
  }
}

/** True when this is what the run had cost before, as far as rounded amounts tell. */
function isSumOf(session: SessionSoFar, before: number): boolean {
  const last = /\$(\S+) session\.$/.exec(session.lastNote(' session.') ?? '')?.[1]
  return Number.isNaN(before) || Math.abs(before - Number(last ?? 0)) <= ROUNDED
}

/** A cost line repeats no tokens: what is in the context stays as the line before it said. */
function costOnly(usage: ReturnType<typeof usageOf>): ReturnType<typeof usageOf> {
  return { ...usage, isSidechain: true }
}

function readOutcome(text: string, base: string, { session }: LineContext): LineReading | null {
  const applied = APPLIED.exec(text)?.[1]
  const [, dry, skipped] = NOT_APPLIED.exec(text) ?? []
  const path = applied ?? dry ?? skipped
  if (path === undefined) return null
  const callId = session?.openCall(path) ?? null
  const draft: PieceDraft = {
    kind: 'tool_result',
    text,
    result: resultOf(callId ?? base, { isError: applied === undefined }),
  }
  return { kind: 'events', events: eventsOf(base, 'edit', [draft]), facts: [] }
}

function readCommit(text: string, base: string, { source }: LineContext): LineReading | null {
  const made = COMMIT.exec(text)
  const [, hash, message = ''] = made ?? REMOVED.exec(text) ?? []
  if (hash === undefined) return null
  const isTakenBack = made === null
  const call: PieceDraft = {
    kind: 'tool_call',
    tool: {
      id: base,
      name: isTakenBack ? 'undo' : 'commit',
      summary: `${hash} ${message}`.trim(),
      input: { hash, message },
      subagentId: null,
    },
  }
  const result: PieceDraft = {
    kind: 'tool_result',
    text,
    result: resultOf(base, { isError: false, isCommit: !isTakenBack }),
    fileOps: [{ op: 'commit', folder: projectOf(source.path), hash, isTakenBack }],
  }
  return { kind: 'events', events: eventsOf(base, isTakenBack ? 'undo' : 'commit', [call, result]), facts: [] }
}

/** `812`, `2.1k`, `14k`: rounded as they are. */
function countIn(text: string | undefined): number {
  const [, digits, unit] = /^([\d.,]+)(k|M)?$/.exec(text ?? '') ?? []
  if (digits === undefined) return 0
  const factor = unit === 'k' ? 1_000 : unit === 'M' ? 1_000_000 : 1
  return Math.round(Number(digits.replaceAll(',', '')) * factor) || 0
}
