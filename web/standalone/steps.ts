import type { ShownEvent } from './shown.ts'

/** What is shown at once: an event, or a tool call with its result. */
export interface Step {
  event: ShownEvent
  result: ShownEvent | null
  /** Code is shown as it stood after this event. */
  end: number
  isError: boolean
  isEdit: boolean
}

const NOISE = new Set(['hook', 'attachment', 'progress', 'microcompaction'])

/** Lays events out as steps: results stand with their calls, what the agent told itself is left out. */
export function stepsOf(events: readonly ShownEvent[]): Step[] {
  const bySeq = new Map(events.map((event) => [event.seq, event]))
  return events.flatMap((event) => {
    if (NOISE.has(event.kind)) return []
    const call = event.result?.callSeq
    if (event.kind === 'tool_result' && call != null && bySeq.get(call)?.tool?.resultSeq === event.seq) return []
    const result = (event.tool?.resultSeq != null && bySeq.get(event.tool.resultSeq)) || null
    const both = result === null ? [event] : [event, result]
    return [
      {
        event,
        result,
        end: Math.max(...both.map(({ seq }) => seq)),
        isError: both.some((one) => one.result?.isError === true),
        isEdit: both.some((one) => (one.changes?.length ?? 0) > 0),
      },
    ]
  })
}
