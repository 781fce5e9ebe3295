import { isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import type { Draft } from './drafts.ts'
import { resultFileOps } from './file-ops.ts'
import { resultOf } from './results.ts'

/** Text that the agent puts into user records around what a command said or did. */
const COMMAND_MARKUP =
  /^\s*<(?:command-name|command-message|command-args|local-command-stdout|local-command-stderr|bash-input|bash-stdout|bash-stderr)>/

const COMMAND_OUTPUTS = ['local-command-stdout', 'local-command-stderr', 'bash-stdout', 'bash-stderr']

/** Colours and the like, as a terminal is told of them. */
const TERMINAL_STYLE = new RegExp(`${String.fromCharCode(0x1b)}\\[[0-9;]*m`, 'g')

/** Text that the agent or its harness put into user records. */
const NOTICE_MARKUP =
  /^\s*(?:<(?:local-command-caveat|task-notification|system-reminder|user-memory-input|tick)\b|\[Request interrupted by user)/

/** Reads a `user` record: prompts, tool results, commands, summaries and what the agent injects. */
export function promptDrafts(record: Shape): Draft[] {
  const content = shapeOf(record['message'])['content']
  if (typeof content === 'string') return [textDraft(content, record, false)]

  const blocks = listOf(content).map(shapeOf)
  const results = blocks.filter((block) => block['type'] === 'tool_result')
  const detail = results.length === 1 ? record['toolUseResult'] : null
  const drafts: Draft[] = []
  let texts: string[] = []
  const endText = (): void => {
    if (texts.length > 0) drafts.push(textDraft(texts.join('\n'), record, results.length > 0))
    texts = []
  }
  for (const block of blocks) {
    if (block['type'] === 'text') {
      texts.push(typeof block['text'] === 'string' ? block['text'] : '')
      continue
    }
    endText()
    drafts.push(block['type'] === 'tool_result' ? resultOf(block, detail) : otherBlock(block))
  }
  endText()
  if (drafts.length === 0) drafts.push({ kind: 'notice', raw: record })
  if (results.length > 0) attachFileOps(drafts, record)
  return drafts
}

/** True for a text that a person typed: no markup of the agent, nothing injected. */
export function isTyped(text: string): boolean {
  return text.trim() !== '' && !COMMAND_MARKUP.test(text) && !NOTICE_MARKUP.test(text)
}

/** A text beside a tool result was typed while the agent was working (versions before 2.1.97). */
function textDraft(text: string, record: Shape, isBesideResult: boolean): Draft {
  if (record['isCompactSummary'] === true) return { kind: 'summary', text }
  if (COMMAND_MARKUP.test(text)) return { kind: 'command', text: commandText(text) }
  if (isInjected(record) || NOTICE_MARKUP.test(text)) return { kind: 'notice', text, raw: record }
  return { kind: 'prompt', text, isQueued: isBesideResult || record['promptSource'] === 'queued' }
}

/** A command as it was typed, or what it printed, without the markup around it. */
export function commandText(markup: string): string {
  const part = (tag: string): string | undefined => new RegExp(`<${tag}>([\\s\\S]*?)(?:</${tag}>|$)`).exec(markup)?.[1]
  const name = part('command-name')
  if (name !== undefined) return `${name} ${part('command-args') ?? ''}`.trim()
  const input = part('bash-input')
  if (input !== undefined) return `! ${input}`
  const said = COMMAND_OUTPUTS.map(part).filter((text) => text !== undefined && text !== '')
  const text = said.length > 0 ? said.join('\n') : markup.replace(/<\/?[a-z-]+>/g, '').trim()
  return text.replaceAll(TERMINAL_STYLE, '')
}

function isInjected(record: Shape): boolean {
  const origin = textOf(shapeOf(record['origin'])['kind'])
  return record['isMeta'] === true || record['promptSource'] === 'system' || (origin !== null && origin !== 'human')
}

function otherBlock(block: Shape): Draft {
  const isMedia = block['type'] === 'image' || block['type'] === 'document'
  return { kind: isMedia ? 'attachment' : 'unknown', raw: block }
}

function attachFileOps(drafts: Draft[], record: Shape): void {
  const first = drafts.find((draft) => draft.kind === 'tool_result')
  if (first !== undefined && isShape(record)) first.fileOps = resultFileOps(record)
}
