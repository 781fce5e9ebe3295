import { numberOf, shapeOf, timeOf, type Shape } from '../shared/shape.ts'

/** Only the trace that the conversation was summarised; the summary is on the agent's server. */
export const SUMMARISATION = 22

/** Older bubbles have no time of their own; smaller numbers there count from the start of a program. */
const TIMINGS = ['clientRpcSendTime', 'clientSettleTime', 'clientEndTime']
const FIRST_TIME = 1e12

/** When a bubble was made, in milliseconds since 1970, by itself. */
export function timeOfBubble(bubble: Shape): number | null {
  const told = timeOf(bubble['createdAt'])
  if (told !== null) return told
  const timing = shapeOf(bubble['timingInfo'])
  for (const field of TIMINGS) {
    const at = numberOf(timing[field])
    if (at !== null && at > FIRST_TIME) return timeOf(at)
  }
  return null
}

/** True for a bubble that marks a summarisation, which the list of a conversation need not name. */
export function isMarker(bubble: Shape): boolean {
  return bubble['capabilityType'] === SUMMARISATION
}
