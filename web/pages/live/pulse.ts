import type { Timeline } from '../../../server/contract/sessions.ts'
import type { CurvePoint } from '../../ui/sparkline.ts'

/** What a card on the Live screen knows of a session beyond its row. */
export interface Pulse {
  /** Events so far; the next reading starts there. */
  length: number
  context: readonly CurvePoint[]
  lastPrompt: string | undefined
  /** `seq` of each prompt, the oldest first. */
  prompts: readonly number[]
  /** The last compaction's `seq`; -1 without one. */
  lastCompaction: number
  /** `seq` of tool calls since the last prompt that have no result yet. */
  openCalls: readonly number[]
}

export const emptyPulse: Pulse = {
  length: 0,
  context: [],
  lastPrompt: undefined,
  prompts: [],
  lastCompaction: -1,
  openCalls: [],
}

/** Adds what a timeline that starts at `pulse.length` brought. */
export function growPulse(pulse: Pulse, timeline: Timeline): Pulse {
  const prompts = [...pulse.prompts, ...timeline.prompts.map(([seq]) => seq)]
  return {
    length: timeline.length,
    context: [...pulse.context, ...timeline.context],
    lastPrompt: timeline.prompts.at(-1)?.[1] ?? pulse.lastPrompt,
    prompts,
    lastCompaction: timeline.compactions.at(-1)?.seq ?? pulse.lastCompaction,
    openCalls: openCallsOf(pulse, timeline, prompts.at(-1) ?? -1),
  }
}

/** Calls before the last prompt were given up, so they no longer run. */
function openCallsOf(pulse: Pulse, timeline: Timeline, since: number): number[] {
  const callKind = timeline.kinds.indexOf('tool_call')
  const answered = new Set(timeline.results?.map(([call]) => call))
  const calls = [...pulse.openCalls]
  timeline.kind.forEach((kind, index) => {
    if (kind === callKind) calls.push(pulse.length + index)
  })
  return calls.filter((seq) => seq > since && !answered.has(seq))
}

/** Share of the window at which agents compact by themselves, roughly. */
const compactionShare = 0.92
/** With fewer prompts the guess would be noise. */
const fewestTurns = 2
/** Further away than this nobody needs to know. */
const farthest = 12

/** About how many prompts fit until the agent compacts; undefined while that cannot be told or is far away. */
export function turnsToCompaction(pulse: Pulse, window: number): number | undefined {
  const since = pulse.context.filter(([seq]) => seq > pulse.lastCompaction)
  const first = since[0]
  const last = since.at(-1)
  const turns = pulse.prompts.filter((seq) => seq > (first?.[0] ?? Infinity)).length
  if (!first || !last || turns < fewestTurns) return undefined
  const perTurn = (last[1] - first[1]) / turns
  if (perTurn <= 0) return undefined
  const left = Math.max(0, Math.floor((window * compactionShare - last[1]) / perTurn))
  return left <= farthest ? left : undefined
}
