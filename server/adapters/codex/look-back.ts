import type { LineContext } from '../adapter.ts'
import { isShape, shapeOf } from '../shared/shape.ts'
import { turnOf } from './event-messages.ts'
import type { Turn } from './memory.ts'

/** Bytes before a line that are looked through: a turn that is longer has its prompt before them. */
const REACH = 256 * 1024

/** How far the turn is that a line stands in, told by the lines before it. */
export function turnBefore(context: LineContext): Turn {
  const lines = Buffer.from(context.before?.(REACH) ?? [])
    .toString('utf8')
    .split('\n')
  for (const line of lines.reverse()) {
    const isPrompt = line.includes('"type":"user_message"') || line.includes('"type":"UserMessage"')
    const isStart = line.includes('"type":"task_started"') || line.includes('"type":"turn_started"')
    if (!isPrompt && !isStart) continue
    const payload = payloadIn(line)
    const type = payload['type']
    if (type === 'user_message' || shapeOf(payload['item'])['type'] === 'UserMessage') return 'prompted'
    if (type === 'task_started' || type === 'turn_started') return turnOf(payload)
  }
  return 'none'
}

function payloadIn(line: string): Record<string, unknown> {
  try {
    const record: unknown = JSON.parse(line)
    return isShape(record) ? shapeOf(record['payload']) : {}
  } catch {
    return {}
  }
}
