import { listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { callOf } from './calls.ts'
import type { Draft } from './drafts.ts'
import type { Head } from './records.ts'
import { resultOf } from './results.ts'
import { SYNTHETIC_MODEL, usageOf } from './usage.ts'

/** Reads an `assistant` record: one draft per block, the tokens on the first. */
export function answerDrafts(record: Shape, head: Head): Draft[] {
  const message = shapeOf(record['message'])
  const stated = textOf(message['model'])
  const model = stated === SYNTHETIC_MODEL ? null : stated
  const content =
    typeof message['content'] === 'string' ? [{ type: 'text', text: message['content'] }] : listOf(message['content'])
  const isNotice = record['isApiErrorMessage'] === true || stated === SYNTHETIC_MODEL
  const drafts = content.map((block) => blockDraft(shapeOf(block), head, isNotice ? record : null))
  if (drafts.length === 0) drafts.push({ kind: 'answer' })

  const usage = usageOf(record, head.isSidechain, head.id)
  return drafts.map((draft, index) => ({ ...draft, model, usage: index === 0 ? usage : null }))
}

/** `notice` is the record where the agent, not a model, wrote the text. */
function blockDraft(block: Shape, head: Head, notice: Shape | null): Draft {
  switch (block['type']) {
    case 'text':
      if (notice !== null) return { kind: 'notice', text: textOf(block['text']), raw: notice }
      return { kind: 'answer', text: textOf(block['text']) }
    case 'thinking':
      return { kind: 'thinking', text: textOf(block['thinking']) }
    case 'redacted_thinking':
      return { kind: 'thinking' }
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return callOf(block, head.cwd)
    default:
      return typeof block['tool_use_id'] === 'string'
        ? resultOf(block, block['content'])
        : { kind: 'unknown', raw: block }
  }
}
