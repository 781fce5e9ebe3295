import type { FileOp } from '../../code-state/file-op.ts'
import type { ParsedEvent } from '../adapter.ts'
import { isShape, numberOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import type { Draft } from '../shared/drafts.ts'
import { imagesIn, parsedShape, textIn } from './texts.ts'

/** What `git commit` prints first: `[main 1a2b3c4] subject`. */
const COMMIT_LINE = /^\[(?:detached HEAD|[^\s\]]+)(?: \([^)]*\))? [0-9a-f]{7,40}\] /m

/** What stands before the output of a command, line by line, in the order in which the agent writes it. */
const HEADER =
  /^(?:(?:Command|Chunk ID|Wall time|Process exited|Process running|Exit code|Original token|Total output)[^\n]*\n)+/

/** Where the agent left something out. */
const CUT =
  /(?:…\d+ (?:tokens|chars) truncated…|\[\.\.\. omitted \d+ of \d+ lines \.\.\.\]|^Total output lines: |Process running with session)/m

/** A call that was refused or could not be run. */
const FAILED =
  /^(?:apply_patch verification failed|execution error|exec_command failed|exec failed|failed to parse|unsupported call|patch rejected|aborted by user|Script failed|error: |failed in sandbox|collab\w* failed)/i

/** The id of a result's event; the call has its own. */
export function resultId(callId: string): string {
  return `${callId}:result`
}

/** The event of a result as it is sent to the API. */
export function outputDraft(item: Shape, fallbackId: string): Draft {
  const callId = textOf(item['call_id']) ?? textOf(item['id']) ?? fallbackId
  const told = toldOutput(item['output'] ?? item['tools'])
  const fileOps: FileOp[] =
    told.stdout === null ? [] : [{ op: 'output', stdout: told.stdout, isPartial: told.isCut, isRecorded: false }]
  return resultDraft(callId, {
    text: told.text,
    result: {
      isError: told.isError,
      exitCode: told.exitCode,
      images: imagesIn(item['output']),
      isCommit: !told.isError && COMMIT_LINE.test(told.stdout ?? ''),
    },
    fileOps,
  })
}

/** The event of a result, of which the given is known. */
export function resultDraft(
  callId: string,
  known: Omit<Partial<Draft>, 'id' | 'kind' | 'result'> & { result: Partial<NonNullable<ParsedEvent['result']>> },
): Draft {
  const result: ParsedEvent['result'] = {
    callId,
    isError: false,
    exitCode: null,
    images: [],
    persisted: null,
    detail: null,
    subagentId: null,
    isCommit: false,
    ...known.result,
  }
  return { ...known, id: resultId(callId), kind: 'tool_result', result }
}

/** True when a command printed that it committed. */
export function tellsOfCommit(output: string): boolean {
  return COMMIT_LINE.test(output)
}

interface ToldOutput {
  text: string | null
  /** What a command printed; null where the text is no command's. */
  stdout: string | null
  exitCode: number | null
  isError: boolean
  isCut: boolean
}

function toldOutput(output: unknown): ToldOutput {
  const plain = isShape(output) ? (textIn(output['content']) ?? JSON.stringify(output)) : textIn(output)
  // Older versions wrap what was printed into JSON.
  const wrapped = plain?.startsWith('{"output":') === true ? parsedShape(plain) : {}
  const inner = textOf(wrapped['output'])
  const text = inner ?? plain
  if (text === null) return { text: null, stdout: null, exitCode: null, isError: false, isCut: false }
  const header = HEADER.exec(text)?.[0] ?? ''
  const code = /^(?:Process exited with code|Exit code:) (-?\d+)/m.exec(header)?.[1]
  const exitCode = numberOf(shapeOf(wrapped['metadata'])['exit_code']) ?? (code === undefined ? null : Number(code))
  const isRefused = isShape(output) ? output['success'] === false : FAILED.test(text)
  const body = /^Output:\n?/m.exec(text.slice(header.length, header.length + 8))
  const stdout = inner ?? (body === null ? null : text.slice(header.length + body[0].length))
  return { text, stdout, exitCode, isError: isRefused || (exitCode ?? 0) !== 0, isCut: CUT.test(text) }
}
