import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ForkError, type ForkPlan, type Host, type KeptFile } from '../adapter.ts'
import { geminiForks } from './fork.ts'
import { resumeCommand } from './resume-command.ts'

const HOME = join(import.meta.dirname, 'fixtures/home')
const CHATS = join(HOME, '.gemini/tmp/app/chats')
const HOST: Host = { homeDir: HOME, env: {}, platform: 'linux' }
const SESSION = 'session-2026-11-22T06-49-c4489d41.jsonl'

interface Message {
  id: string
  type: string
  toolCalls?: { id: string }[]
}

function kept(path: string, bytes: Uint8Array): KeptFile {
  return { path, length: bytes.length, read: (from, to) => bytes.subarray(from, to) }
}

async function forkOf(file: KeptFile, cut: { offset: number; eventId: string }, movedTo: string | null = null) {
  const plan = await geminiForks.plan({ nativeId: '0badcafe', files: [file], cut, movedTo }, HOST)
  const text = contentOf(plan, file)
  expect(Buffer.byteLength(text)).toBe(plan.bytes)
  const lines = text.trimEnd().split('\n')
  expect(lines).toHaveLength(plan.lines)
  return { plan, lines, records: lines.map((line) => JSON.parse(line) as Record<string, unknown>) }
}

function contentOf(plan: ForkPlan, file: KeptFile): string {
  const parts = plan.pieces.map((piece) => ('bytes' in piece ? piece.bytes : file.read(piece.from, piece.to)))
  return Buffer.concat(parts).toString('utf8')
}

/** The file of a real session, and where its line `number` (counted from 1) begins. */
function session() {
  const bytes = readFileSync(join(CHATS, SESSION))
  const lines = bytes.toString('utf8').split('\n')
  const offsetOf = (number: number) => Buffer.byteLength(lines.slice(0, number - 1).join('\n')) + (number > 1 ? 1 : 0)
  return { file: kept(join(CHATS, SESSION), bytes), lines, offsetOf }
}

function log(...records: object[]): Buffer {
  return Buffer.from(records.map((record) => `${JSON.stringify(record)}\n`).join(''))
}

const LOG_PATH = join(CHATS, 'session-2026-01-01T10-00-aaaaaaaa.jsonl')
const HEADER = {
  sessionId: 'aaaaaaaa-1111-4111-8111-111111111111',
  projectHash: 'ab'.repeat(32),
  startTime: '2026-01-01T10:00:00.000Z',
  lastUpdated: '2026-01-01T10:00:00.000Z',
}
const TIME = '2026-01-01T10:00:01.000Z'

test('a fork at a prompt is a header of its own and the log up to there, byte for byte', async () => {
  const { file, lines: source, offsetOf } = session()

  const { id } = JSON.parse(source[2] ?? '') as Message
  const { plan, lines, records } = await forkOf(file, { offset: offsetOf(3), eventId: id })

  expect(lines.slice(1)).toEqual(source.slice(1, 3))
  expect(records[0]).toMatchObject({ kind: 'main', startTime: '2026-11-22T06:49:39.934Z' })
  expect(records[0]?.['sessionId']).toMatch(/^0badcafe-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(plan.path).toBe(join(CHATS, 'session-2026-11-22T06-49-0badcafe.jsonl'))
  expect(plan.root).toBe(join(HOME, '.gemini/tmp'))
  expect(plan.warnings).toEqual([])
})

test('headers and ids of the source are left out: the last one would count', async () => {
  const { file, lines: source, offsetOf } = session()
  const id = (JSON.parse(source[131] ?? '') as Message).id

  const { lines, records } = await forkOf(file, { offset: offsetOf(132), eventId: id })

  expect(lines.join('\n')).not.toContain('c4489d41-271c-4721-9f01-4c263df13397')
  // 132 lines, of which 8 are headers and 10 say the id; and the new header.
  expect(records).toHaveLength(132 - 8 - 10 + 1)
})

test('a fork at a call leaves it out and says so', async () => {
  const { file, lines: source, offsetOf } = session()
  const message = JSON.parse(source[6] ?? '') as Message
  const callId = message.toolCalls?.[0]?.id ?? ''

  const { plan, records } = await forkOf(file, { offset: offsetOf(7), eventId: callId })

  const last = records.at(-1) as unknown as Message
  expect([last.id, last.toolCalls]).toEqual([message.id, undefined])
  expect(plan.endsAt).toBe(message.id)
  expect(plan.warnings).toEqual(['A call of write_file has no result up to here, so it is left out.'])
})

test('of two calls at once only the first is kept when the fork ends at its result', async () => {
  const { file, lines: source, offsetOf } = session()
  const message = JSON.parse(source[44] ?? '') as Message
  const [first = ''] = (message.toolCalls ?? []).map((call) => call.id)
  expect(message.toolCalls).toHaveLength(2)

  const { plan, records } = await forkOf(file, { offset: offsetOf(45), eventId: `${first}:result` })

  const last = records.at(-1) as unknown as Message
  expect(last.toolCalls?.map((call) => call.id)).toEqual([first])
  expect(plan.endsAt).toBe(`${first}:result`)
})

test('a compression is one step, with all that it kept', async () => {
  const { file, lines: source, offsetOf } = session()
  const set = JSON.parse(source[107] ?? '') as { $set: { messages: Message[] } }
  const snapshot = set.$set.messages[1]?.id ?? ''

  const { plan, lines } = await forkOf(file, { offset: offsetOf(108), eventId: snapshot })

  expect(JSON.parse(lines.at(-1) ?? '')).toEqual(set)
  expect(plan.endsAt).toBe(`${snapshot}#summary`)
})

test('what the agent had said already when it wrote a message again is taken back', async () => {
  const records = [
    HEADER,
    { id: 'u1', timestamp: TIME, type: 'user', content: [{ text: 'One' }] },
    { id: 'g1', timestamp: TIME, type: 'gemini', content: 'Early' },
    { id: 'u2', timestamp: TIME, type: 'user', content: [{ text: 'Two' }] },
    { id: 'g1', timestamp: TIME, type: 'gemini', content: 'Late' },
  ]
  const offset = log(...records.slice(0, 4)).length

  const fork = await forkOf(kept(LOG_PATH, log(...records)), { offset, eventId: 'g1' })

  expect(fork.records.slice(-2)).toEqual([{ $rewindTo: 'u2' }, records[4]])
})

test('lines that cannot be read are left out, and a lost header is made up', async () => {
  const user = { id: 'u1', timestamp: TIME, type: 'user', content: [{ text: 'One' }] }
  const bytes = Buffer.concat([Buffer.from('{"sessionId":"aaaa\nrubbish\n\0\0\n'), log(user)])

  const { plan, records } = await forkOf(kept(LOG_PATH, bytes), { offset: 31, eventId: 'u1' })

  expect(records).toEqual([expect.objectContaining({ projectHash: '0'.repeat(64), kind: 'main' }), user])
  expect(plan.warnings).toEqual(['Lines that cannot be read were left out (2).'])
})

test('where the project has moved, the hash is that of its new folder', async () => {
  const user = { id: 'u1', timestamp: TIME, type: 'user', content: [{ text: 'One' }] }
  const offset = log(HEADER).length

  const { records } = await forkOf(kept(LOG_PATH, log(HEADER, user)), { offset, eventId: 'u1' }, '/tmp/demo/app')

  // printf /tmp/demo/app | sha256sum
  expect(records[0]?.['projectHash']).toBe('76dc04fb4c6151bc4ca8fa4338c247089b89ff312bf817cd140ed04328da6dad')
})

test('there is no fork where nothing was said', async () => {
  const command = { id: 'u1', timestamp: TIME, type: 'user', content: [{ text: '/compress' }] }
  const file = kept(LOG_PATH, log(HEADER, command))

  await expect(forkOf(file, { offset: log(HEADER).length, eventId: 'u1' })).rejects.toThrow(ForkError)
})

test('a document becomes a log', async () => {
  const path = join(CHATS, 'session-2026-02-03T10-00-9d1f3b52.json')
  const bytes = readFileSync(path)
  const answer = '1f0e9c1a-0000-4000-8000-000000000002'
  const offset = bytes.lastIndexOf('{', bytes.indexOf(answer))

  const { plan, records } = await forkOf(kept(path, bytes), { offset, eventId: 'replace-1770112804000-1a2b3c:result' })

  expect(records.map((record) => record['id'] ?? 'header')).toEqual([
    'header',
    '1f0e9c1a-0000-4000-8000-000000000001',
    answer,
  ])
  expect(plan.path).toBe(join(CHATS, 'session-2026-02-03T10-00-0badcafe.jsonl'))
})

test('an id has the eight characters that a name of a file holds, and a file is what is resumed', () => {
  expect(geminiForks.idFrom(Buffer.from('0123456789abcdef', 'hex'))).toBe('01234567')
  expect(resumeCommand('c4489d41', '/w/my app', HOST, '/h/x.jsonl')).toBe(
    "cd '/w/my app' && gemini --session-file /h/x.jsonl",
  )
  expect(resumeCommand('c4489d41', null, { ...HOST, platform: 'win32' }, 'C:\\x.jsonl')).toBe(
    'gemini --session-file "C:\\x.jsonl"',
  )
  expect(resumeCommand('c4489d41', '/w', HOST)).toBeNull()
})
