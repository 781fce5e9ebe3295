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
  lastCompaction: Timeline['compactions'][number] | undefined
  /** `seq` of tool calls since the last prompt that have no result yet. */
  openCalls: readonly number[]
}

export const emptyPulse: Pulse = {
  length: 0,
  context: [],
  lastPrompt: undefined,
  prompts: [],
  lastCompaction: undefined,
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
    lastCompaction: timeline.compactions.at(-1) ?? pulse.lastCompaction,
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
