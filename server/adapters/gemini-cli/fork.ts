import { createHash } from 'node:crypto'
import { ForkError, type ForkMaker, type ForkPlan, type ForkRequest, type Host } from '../adapter.ts'
import { inSlices } from '../shared/in-slices.ts'
import { isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { addRecord, apply, isResumable, readLog, type LogReading } from './fork-log.ts'
import { geminiDir, ID_IN_NAME, pathsOf } from './locate.ts'
import { isSnapshot, readMessage } from './messages.ts'
import { recordOf } from './records.ts'

/** Makes forks that `gemini --session-file` and `gemini --resume` take. See “Forks” in the README. */
export const geminiForks: ForkMaker = { idFrom, plan }

/** The beginning of a uuid: all of it that the name of a file holds. */
function idFrom(seed: Uint8Array): string {
  return Buffer.from(seed).toString('hex').slice(0, ID_IN_NAME)
}

async function plan(request: ForkRequest, host: Host): Promise<ForkPlan> {
  const [file] = request.files
  const log = await inSlices(readLog(file, request.cut.offset))
  const end = endAt(log, request.cut.eventId)
  if (![...log.messages.values()].includes(true)) {
    throw new ForkError('Up to this event there is nothing that the agent could go on from. Choose a later one.')
  }
  const header = Buffer.from(`${JSON.stringify(headerOf(log, request))}\n`)
  const pieces = [{ bytes: header }, ...log.pieces]
  return {
    ...placeOf(request, host),
    mode: 0o644,
    pieces,
    lines: log.lines + 1,
    bytes: pieces.reduce((sum, piece) => sum + ('bytes' in piece ? piece.bytes.length : piece.to - piece.from), 0),
    endsAt: end.id,
    warnings: warningsOf(log, end),
  }
}

interface End {
  /** Of the last event that the fork has. */
  id: string
  /** Calls that are left out because they have no result up to there. */
  openCalls: string[]
}

/** Adds the records of the last line as far as the event reaches. */
function endAt(log: LogReading, eventId: string): End {
  let end: End | null = null
  for (const record of log.last) {
    const read = recordOf(record)
    const messages = read.kind === 'message' ? [read.message] : 'messages' in read ? (read.messages ?? []) : []
    const isReplaced = read.kind === 'set' && read.messages !== null
    const index = messages.findIndex((message) => eventIdsOf(message).includes(eventId))
    const target = messages[index]
    if (target === undefined || isSnapshot(target)) {
      // A compression is one step: what it kept belongs to it.
      append(log, withoutIdentity(record))
      if (target !== undefined) end = { id: eventIdsOf(target).at(-1) ?? eventId, openCalls: [] }
      continue
    }
    const cut = cutAfter(target, eventId)
    if (isReplaced) append(log, { $set: { messages: [] } })
    for (const message of messages.slice(0, index)) append(log, message)
    dropAfter(log, textOf(target['id']) ?? '', cut.message !== null)
    if (cut.message !== null) append(log, cut.message)
    return { id: cut.endsAt ?? eventId, openCalls: cut.openCalls }
  }
  return end ?? { id: eventId, openCalls: [] }
}

function append(log: LogReading, record: Shape | null): void {
  if (record === null) return
  apply(log, record)
  addRecord(log, record)
}

/** What came after the message in the conversation goes; the message too when it does not stay. */
function dropAfter(log: LogReading, id: string, stays: boolean): void {
  const ids = [...log.messages.keys()]
  const at = ids.indexOf(id)
  const first = at === -1 ? undefined : ids[stays ? at + 1 : at]
  if (first !== undefined) append(log, { $rewindTo: first })
}

function eventIdsOf(message: Shape): string[] {
  return textOf(message['id']) === null ? [] : readMessage(message, null).events.map((event) => event.id)
}

/** The message as far as the event reaches; null when nothing of it is left. */
function cutAfter(
  message: Shape,
  eventId: string,
): { message: Shape | null; endsAt: string | null; openCalls: string[] } {
  const { events } = readMessage(message, null)
  const upTo = events.slice(0, events.findIndex((event) => event.id === eventId) + 1)
  const answered = new Set(upTo.flatMap((event) => (event.result ? [event.result.callId] : [])))
  const open = upTo.filter((event) => event.tool !== null && !answered.has(event.tool.id))
  const kept = upTo.filter((event) => !open.includes(event))
  const openCalls = open.flatMap((event) => (event.tool ? [event.tool.name] : []))
  const endsAt = kept.at(-1)?.id ?? null
  if (message['type'] === 'gemini') {
    const answer = cutAnswer(message, answered)
    return { message: isResumable(answer) ? answer : null, endsAt, openCalls }
  }
  const content = listOf(message['content']).filter((part) => {
    const callId = textOf(shapeOf(shapeOf(part)['functionResponse'])['id'])
    return callId === null || answered.has(callId)
  })
  return { message: answered.size > 0 ? { ...message, content } : message, endsAt, openCalls }
}

function cutAnswer(message: Shape, answered: ReadonlySet<string>): Shape {
  const isAnswered = (call: unknown, index: number) =>
    answered.has(textOf(shapeOf(call)['id']) ?? `${textOf(message['id']) ?? ''}#call${index}`)
  const { toolCalls, ...rest } = message
  const calls = listOf(toolCalls).filter(isAnswered)
  if (Array.isArray(toolCalls)) return calls.length === 0 ? rest : { ...rest, toolCalls: calls }
  const content = message['content']
  if (!Array.isArray(content)) return message
  // In the form of the API a call is a part of the content, and its result stands in the next message.
  return { ...rest, content: (content as unknown[]).filter((part) => !isShape(part) || !isShape(part['functionCall'])) }
}

function withoutIdentity(record: Shape): Shape | null {
  const read = recordOf(record)
  if (read.kind === 'header') return read.messages.length === 0 ? null : { $set: { messages: read.messages } }
  if (read.kind !== 'set') return record
  const { sessionId: _, ...values } = read.values
  return { $set: values }
}

/** The agent knows a session by this line alone; it lists none without a hash of the project and asks nothing of it. */
function headerOf(log: LogReading, request: ForkRequest): Shape {
  const { metadata } = log
  const moved = request.movedTo === null ? null : createHash('sha256').update(request.movedTo).digest('hex')
  const known = textOf(metadata['projectHash']) ?? '0'.repeat(64)
  const time = textOf(metadata['startTime']) ?? textOf(metadata['lastUpdated']) ?? '1970-01-01T00:00:00.000Z'
  return {
    sessionId: uuidFrom(request.nativeId, request.files[0].path),
    projectHash: moved ?? known,
    startTime: time,
    lastUpdated: textOf(metadata['lastUpdated']) ?? time,
    kind: 'main',
  }
}

/** A uuid of version 4 that begins with the eight characters. */
function uuidFrom(start: string, seed: string): string {
  const rest = createHash('sha256').update(`${start} ${seed}`).digest('hex')
  return `${start}-${rest.slice(0, 4)}-4${rest.slice(4, 7)}-a${rest.slice(7, 10)}-${rest.slice(10, 22)}`
}

/** Beside the session it comes from; of another home, in the folder of the same project in this one. */
function placeOf(request: ForkRequest, host: Host): { path: string; root: string } {
  const path = pathsOf(host)
  const root = path.join(geminiDir(host), 'tmp')
  const source = request.files[0].path
  const [project = 'fork'] = source.split(/[\\/]/).slice(-3)
  const time = /^session-(.+)-[0-9a-zA-Z_]{1,8}\.jsonl?$/.exec(path.basename(source))?.[1] ?? '1970-01-01T00-00'
  return { path: path.join(root, project, 'chats', `session-${time}-${request.nativeId}.jsonl`), root }
}

function warningsOf(log: LogReading, { openCalls }: End): string[] {
  const warnings: string[] = []
  if (openCalls.length > 0) {
    const names = [...new Set(openCalls)].join(', ')
    warnings.push(
      openCalls.length === 1
        ? `A call of ${names} has no result up to here, so it is left out.`
        : `${openCalls.length} calls (${names}) have no result up to here, so they are left out.`,
    )
  }
  if (log.badLines > 0) warnings.push(`Lines that cannot be read were left out (${log.badLines}).`)
  return warnings
}
