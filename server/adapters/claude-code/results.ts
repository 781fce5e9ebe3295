import type { ImagePart } from '../../contract/event.ts'
import type { ParsedEvent } from '../adapter.ts'
import { countOrNull, isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { changesOf } from './changes.ts'
import type { Draft } from './drafts.ts'

/** What `git commit` prints first: `[main 1a2b3c4] subject`. */
const COMMIT_LINE = /^\[(?:detached HEAD|[^\s\]]+)(?: \([^)]*\))? [0-9a-f]{7,40}\] /m

/** How the agent tells of a command that failed. */
const EXIT_CODE = /^(?:Error: )?Exit code (\d{1,3})\b/

/** Where a text says that the output was put into a file. */
const PERSISTED = /<persisted-output>[\s\S]{0,400}?(?:saved to|at): ?([^\n<]+)/

/**
 * Reads a `tool_result` block. `detail` is the record's structured result; null where the record holds several results
 * and it is not known to which it belongs.
 */
export function resultOf(block: Shape, detail: unknown): Draft {
  const isError = block['is_error'] === true || (typeof detail === 'string' && detail.startsWith('Error: '))
  const text = resultText(block['content'])
  const structured = shapeOf(detail)
  const result: ParsedEvent['result'] = {
    callId: textOf(block['tool_use_id']) ?? '',
    isError,
    exitCode: exitCodeOf(isError, text, structured),
    images: imagesOf(block['content']),
    persisted: persistedOf(structured, text),
    detail: detail ?? null,
    subagentId: textOf(structured['agentId']),
    isCommit: !isError && madeCommit(structured),
  }
  return { kind: 'tool_result', text, result, changes: isError ? [] : changesOf(detail) }
}

/** The text of a result in any of its shapes: a text, a list of blocks, nothing. */
export function resultText(content: unknown): string | null {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return null
  const parts = content.map(blockText).filter((part) => part !== null)
  return parts.length > 0 ? parts.join('\n') : null
}

function blockText(block: unknown): string | null {
  if (typeof block === 'string') return block
  const { type, text, tool_name: toolName } = shapeOf(block)
  if (typeof text === 'string') return text
  return type === 'tool_reference' ? textOf(toolName) : null
}

/** Images in a list of blocks, as the Messages API writes them. */
export function imagesOf(content: unknown): ImagePart[] {
  const images: ImagePart[] = []
  for (const block of listOf(content)) {
    if (!isShape(block) || block['type'] !== 'image') continue
    const source = shapeOf(block['source'])
    const base64 = textOf(source['data'])
    images.push({
      mediaType: textOf(source['media_type']) ?? 'application/octet-stream',
      bytes: base64 === null ? 0 : bytesOfBase64(base64),
      base64,
    })
  }
  return images
}

function bytesOfBase64(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding)
}

function exitCodeOf(isError: boolean, text: string | null, detail: Shape): number | null {
  const stated = EXIT_CODE.exec(text ?? '')?.[1]
  if (stated !== undefined && isError) return Number(stated)
  const isShell = typeof detail['stdout'] === 'string' && 'interrupted' in detail
  if (!isShell || isError || detail['interrupted'] === true) return null
  // An exit code with a meaning of its own (grep found nothing) is told in words only; a background command has none yet.
  const isOpen = textOf(detail['returnCodeInterpretation']) !== null || textOf(detail['backgroundTaskId']) !== null
  return isOpen ? null : 0
}

function persistedOf(detail: Shape, text: string | null): { path: string; bytes: number | null } | null {
  const path = textOf(detail['persistedOutputPath'])
  if (path !== null) return { path, bytes: countOrNull(detail['persistedOutputSize']) }
  if (text === null || !text.includes('<persisted-output>')) return null
  const named = PERSISTED.exec(text)?.[1]?.trim()
  return named === undefined || named === '' ? null : { path: named, bytes: null }
}

function madeCommit(detail: Shape): boolean {
  if (typeof detail['stdout'] !== 'string') return false
  const operation = detail['gitOperation']
  if (isShape(operation) && isShape(operation['commit'])) return true
  return COMMIT_LINE.test(detail['stdout'])
}
