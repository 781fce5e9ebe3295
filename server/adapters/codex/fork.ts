import { ForkError, type ForkMaker, type ForkPiece, type ForkPlan, type ForkRequest, type Host } from '../adapter.ts'
import { inSlices } from '../shared/in-slices.ts'
import { shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { endOf, type End } from './fork-end.ts'
import { chainOf, linesIn, type Chain, type ForkLine } from './fork-lines.ts'
import { classify, codexDir, pathsOf } from './locate.ts'
import { readLine } from './read-line.ts'

/** Makes forks that `codex resume` takes. See “Forks” in the README. */
export const codexForks: ForkMaker = { idFrom, plan }

/** A uuid of version 7 that says that it is of autumn 2025, when the agent began to use them. */
function idFrom(seed: Uint8Array): string {
  const hex = Buffer.from(seed).toString('hex')
  const variant = ((seed[8] ?? 0) & 0x3f) | 0x80
  return `019a${hex.slice(0, 4)}-${hex.slice(4, 8)}-7${hex.slice(8, 11)}-${variant.toString(16)}${hex.slice(12, 14)}-${hex.slice(14, 26)}`
}

async function plan(request: ForkRequest, host: Host): Promise<ForkPlan> {
  const [file] = request.files
  const chain = chainOf(request.files)
  if (chain.head['type'] !== 'session_meta') {
    throw new ForkError('This session is of a version whose sessions Codex itself cannot resume any more.')
  }
  const end = await inSlices(endOf(file, chain, request.cut.offset))
  const made = await inSlices(write(request, { chain, end, host }))
  if (!made.hasConversation) {
    throw new ForkError('Up to this event there is nothing that the agent could go on from. Choose a later one.')
  }
  return {
    ...placeOf(request, host),
    mode: 0o644,
    pieces: made.pieces,
    lines: made.lines,
    bytes: made.pieces.reduce((sum, piece) => sum + ('bytes' in piece ? piece.bytes.length : piece.to - piece.from), 0),
    endsAt: made.endsAt ?? request.cut.eventId,
    warnings: warningsOf(chain, end),
  }
}

/** A fork in the making. */
interface Made {
  pieces: ForkPiece[]
  lines: number
  hasConversation: boolean
  endsAt: string | null
}

function* write(
  request: ForkRequest,
  { chain, end, host }: { chain: Chain; end: End; host: Host },
): Generator<void, Made> {
  const made: Made = { pieces: [{ bytes: headLine(request, chain) }], lines: 1, hasConversation: false, endsAt: null }
  // Lines are counted in newer versions: what is left out is closed up.
  let left = 0
  for (const [index, span] of chain.spans.entries()) {
    const isLast = index === chain.spans.length - 1
    const file = request.files[span.file]
    if (!file) continue
    const idsIn = eventIds(file.path, host)
    for (const line of linesIn(file, isLast ? { ...span, to: end.to } : span)) {
      yield
      const isHead = line.from === 0
      const ids = idsIn(line)
      // The head of the first file is written anew; those of the others are left out.
      if ((isHead && index > 0) || (isLast && end.dropped.has(line.from))) left += 1
      else if (!isHead) {
        addLine(made.pieces, line, { request, chain, left })
        made.lines += 1
        made.hasConversation ||= isConversation(line)
        made.endsAt = ids.at(-1) ?? made.endsAt
      }
    }
  }
  return made
}

/** Tells ids of the events of a file's lines, which have to be given from the first one on. */
function eventIds(path: string, host: Host): (line: ForkLine) => string[] {
  const source = classify(path, host)
  let memory: unknown
  return (line) => {
    if (source === null) return []
    const reading = readLine(line.bytes, { source, offset: line.from, memory })
    memory = reading.memory ?? memory
    return reading.kind === 'events' ? reading.events.map(({ id }) => id) : []
  }
}

function isConversation({ record }: ForkLine): boolean {
  if (record === null) return false
  return (
    record['type'] === 'compacted' ||
    (record['type'] === 'response_item' && shapeOf(record['payload'])['role'] !== 'developer')
  )
}

/** Copies a line; only ids of the session, its number and a folder that has moved are written anew. */
function addLine(pieces: ForkPiece[], line: ForkLine, how: { request: ForkRequest; chain: Chain; left: number }): void {
  const { request, chain, left } = how
  const isMoved = request.movedTo !== null && line.record?.['type'] === 'turn_context'
  if (isMoved && line.record !== null) {
    const payload: Shape = { ...shapeOf(line.record['payload']), cwd: request.movedTo }
    const { ordinal } = line.record
    const counted = typeof ordinal === 'number' ? { ordinal: ordinal - left } : {}
    pieces.push({ bytes: Buffer.from(`${JSON.stringify({ ...line.record, ...counted, payload })}\n`) })
    return
  }
  const text = Buffer.from(line.bytes).toString('latin1')
  let from = 0
  for (const edit of editsOf(text, { threads: chain.threads, id: request.nativeId, left })) {
    addRange(pieces, { file: line.file, from: line.from + from, to: line.from + edit.from })
    pieces.push({ bytes: Buffer.from(edit.text) })
    from = edit.to
  }
  addRange(pieces, { file: line.file, from: line.from + from, to: line.to })
  if (line.to - line.from === line.bytes.length) pieces.push({ bytes: Buffer.from('\n') })
}

function addRange(pieces: ForkPiece[], range: { file: number; from: number; to: number }): void {
  const last = pieces.at(-1)
  if (range.from === range.to) return
  if (last && 'file' in last && last.file === range.file && last.to === range.from) last.to = range.to
  else pieces.push(range)
}

interface Edit {
  from: number
  to: number
  text: string
}

function editsOf(text: string, change: { threads: string[]; id: string; left: number }): Edit[] {
  const edits: Edit[] = []
  const number = change.left === 0 ? null : /^\{"timestamp":"[^"]*","ordinal":(\d+)/.exec(text)
  if (number?.[1] !== undefined) {
    const to = number[0].length
    edits.push({ from: to - number[1].length, to, text: String(Number(number[1]) - change.left) })
  }
  for (const found of text.matchAll(/"(?:thread_id|session_id)":"([0-9a-f-]{36})"/g)) {
    const [whole, id = ''] = found
    if (!change.threads.includes(id)) continue
    const to = found.index + whole.length - 1
    edits.push({ from: to - id.length, to, text: change.id })
  }
  return edits
}

/** The first line: the agent knows a session by it. */
function headLine(request: ForkRequest, chain: Chain): Buffer {
  const { head, missing } = chain
  const { history_base: _base, forked_from_ordinal_exclusive: _from, ...rest } = shapeOf(head['payload'])
  const payload: Shape = { ...rest, id: request.nativeId, forked_from_id: textOf(rest['id']) }
  if (rest['session_id'] !== undefined) payload['session_id'] = request.nativeId
  if (missing !== null) payload['history_base'] = missing
  if (request.movedTo !== null) payload['cwd'] = request.movedTo
  const counted = typeof head['ordinal'] === 'number' && missing === null ? { ordinal: 0 } : {}
  return Buffer.from(`${JSON.stringify({ ...head, ...counted, payload })}\n`)
}

/** In the folder of the day that the name of the source tells. */
function placeOf(request: ForkRequest, host: Host): { path: string; root: string } {
  const path = pathsOf(host)
  const root = path.join(codexDir(host), 'sessions')
  const [name = ''] = request.files[0].path.split(/[\\/]/).slice(-1)
  const [, time = '2025-10-01T00-00-00', year = '2025', month = '10', day = '01'] =
    /^rollout-((\d{4})-(\d{2})-(\d{2})T\d{2}-\d{2}-\d{2})-/.exec(name) ?? []
  return { path: path.join(root, year, month, day, `rollout-${time}-${request.nativeId}.jsonl`), root }
}

function warningsOf(chain: Chain, { openCalls }: End): string[] {
  const warnings: string[] = []
  if (openCalls.length > 0) {
    const names = [...new Set(openCalls)].join(', ')
    warnings.push(
      openCalls.length === 1
        ? `A call of ${names} has no result up to here, so it is left out.`
        : `${openCalls.length} calls (${names}) have no result up to here, so they are left out.`,
    )
  }
  if (chain.missing !== null) {
    warnings.push('The beginning of this session stands in another one, which has to be in the agent’s folder.')
  }
  return warnings
}
