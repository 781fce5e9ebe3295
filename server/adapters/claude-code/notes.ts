import type { CompactionMark } from '../../contract/event.ts'
import { countOrNull, isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { answerDrafts } from './answers.ts'
import type { Draft } from './drafts.ts'
import { bookkeepingFileOps, resultFileOps } from './file-ops.ts'
import { commandText, isTyped, promptDrafts } from './prompts.ts'
import { headOf, type Head } from './records.ts'
import { resultText } from './results.ts'

/** What the agent says about itself, by subtype of `system`. */
const NOTICES: ReadonlySet<string> = new Set([
  'agents_killed',
  'api_error',
  'away_summary',
  'bridge_status',
  'informational',
  'model_refusal_fallback',
  'scheduled_task_fire',
])

/** Reads a `system` record. */
export function systemDraft(record: Shape): Draft {
  const subtype = textOf(record['subtype']) ?? ''
  const text = textOf(record['content'])
  if (subtype === 'compact_boundary') return compactionDraft(record)
  if (subtype === 'microcompact_boundary') return { kind: 'microcompaction', text, compaction: microMark(record) }
  if (subtype === 'local_command') return { kind: 'command', text: commandText(text ?? '') }
  if (subtype === 'stop_hook_summary') return { kind: 'hook', text: hookCommands(record), raw: record }
  if (subtype === 'turn_duration') return { kind: 'progress', text: turnText(record) }
  if (NOTICES.has(subtype)) return { kind: 'notice', text: text ?? errorText(record), raw: record }
  return { kind: 'unknown', text, raw: record }
}

/** Reads a compaction in both shapes: `system/compact_boundary` and a record of its own type. */
export function compactionDraft(record: Shape): Draft {
  const meta = shapeOf(record['compactMetadata'])
  const compaction: CompactionMark = {
    trigger: triggerOf(meta['trigger']),
    preTokens: countOrNull(meta['preTokens']),
    postTokens: countOrNull(meta['postTokens']),
    durationMs: countOrNull(meta['durationMs']),
  }
  const preserved = preservedIds(meta)
  if (preserved.length > 0) compaction.preserved = preserved
  return { kind: 'compaction', text: textOf(record['content']), compaction }
}

/** Records that stay in the context beside the summary; older versions name none. */
function preservedIds(meta: Shape): string[] {
  const messages = shapeOf(meta['preservedMessages'])
  const all = listOf(messages['allUuids'])
  return (all.length > 0 ? all : listOf(messages['uuids'])).map(textOf).filter((id) => id !== null)
}

/** Reads an `attachment` record: queued prompts, hooks, files and what else joined the context. */
export function attachmentDrafts(record: Shape): Draft[] {
  const attachment = shapeOf(record['attachment'])
  const type = textOf(attachment['type']) ?? ''
  if (type === 'queued_command') return queuedDrafts(record, attachment)
  if (type.startsWith('hook_') || type === 'async_hook_response') {
    return [{ kind: 'hook', text: hookText(attachment), raw: record }]
  }
  const fileOps = [...resultFileOps(record), ...bookkeepingFileOps(record)]
  return [{ kind: 'attachment', text: attachmentText(attachment, record), raw: record, fileOps }]
}

/** A prompt that was typed while the agent was working; other senders use the same queue. */
function queuedDrafts(record: Shape, attachment: Shape): Draft[] {
  const prompt = attachment['prompt']
  const text = resultText(prompt) ?? ''
  const mode = textOf(attachment['commandMode'])
  const origin = textOf(shapeOf(attachment['origin'])['kind'])
  const isHuman = (mode === null || mode === 'prompt') && (origin === null || origin === 'human')
  if (!isHuman || !isTyped(text)) return [{ kind: 'notice', text, raw: record }]
  const images = listOf(prompt)
    .map(shapeOf)
    .filter((block) => block['type'] === 'image')
  return [{ kind: 'prompt', text, isQueued: true }, ...images.map((raw): Draft => ({ kind: 'attachment', raw }))]
}

/**
 * Reads a `progress` record. Before sub-agents had files of their own, their messages stood in here: such a record tells
 * the call, the result, the tokens and the files of the message, and stays progress of the session it is in.
 */
export function progressDrafts(record: Shape, head: Head): Draft[] {
  const progress = shapeOf(record['data'])
  const message = progress['message']
  if (!isShape(message) || !isShape(message['message'])) return [{ kind: 'progress', text: progressText(progress) }]

  const nested: Shape = { ...message, cwd: message['cwd'] ?? record['cwd'] }
  const inner: Head = { ...headOf(nested, () => head.id), cwd: head.cwd, isSidechain: true }
  const drafts = nested['type'] === 'assistant' ? answerDrafts(nested, inner) : promptDrafts(nested)
  return drafts.map((draft) => ({ ...draft, kind: 'progress', isQueued: false, raw: null, changes: [] }))
}

function progressText(progress: Shape): string | null {
  const names = ['hookName', 'serverName', 'toolName', 'query', 'status'].map((name) => textOf(progress[name]))
  return textOf(progress['output']) ?? textOf(names.filter((name) => name !== null).join(' '))
}

function triggerOf(trigger: unknown): CompactionMark['trigger'] {
  return trigger === 'manual' || trigger === 'auto' ? trigger : 'unknown'
}

function microMark(record: Shape): CompactionMark {
  const meta = shapeOf(record['microcompactMetadata'])
  const preTokens = countOrNull(meta['preTokens'])
  const saved = countOrNull(meta['tokensSaved'])
  return {
    trigger: triggerOf(meta['trigger']),
    preTokens,
    postTokens:
      countOrNull(meta['postTokens']) ?? (preTokens === null || saved === null ? null : Math.max(0, preTokens - saved)),
    durationMs: countOrNull(meta['durationMs']),
  }
}

function hookCommands(record: Shape): string | null {
  const commands = listOf(record['hookInfos']).map((hook) => textOf(shapeOf(hook)['command']))
  const errors = listOf(record['hookErrors']).map((error) => textOf(error))
  return textOf([...commands, ...errors].filter((line) => line !== null).join('\n'))
}

function turnText(record: Shape): string | null {
  const duration = countOrNull(record['durationMs'])
  return duration === null ? null : `The turn took ${(duration / 1000).toFixed(1)} s.`
}

function errorText(record: Shape): string | null {
  const error = shapeOf(record['error'])
  return textOf(record['error']) ?? textOf(error['message']) ?? textOf(error['formatted'])
}

function hookText(attachment: Shape): string | null {
  const content = attachment['content']
  const parts = Array.isArray(content) ? content.map(textOf) : [textOf(content)]
  const said = [...parts, textOf(attachment['stdout']), textOf(attachment['stderr'])]
  const text = said.filter((part) => part !== null).join('\n')
  return textOf(text) ?? textOf(attachment['hookName'])
}

/** What joined the context, best as a file's name, else as the text that newer versions record as `rendered`. */
function attachmentText(attachment: Shape, record: Shape): string | null {
  return (
    textOf(attachment['filename']) ??
    textOf(attachment['path']) ??
    resultText(attachment['content']) ??
    textOf(attachment['text']) ??
    renderedText(record)
  )
}

function renderedText(record: Shape): string | null {
  const parts = listOf(record['rendered']).map((part) => resultText(shapeOf(part)['content']))
  return textOf(parts.filter((part) => part !== null).join('\n'))
}
