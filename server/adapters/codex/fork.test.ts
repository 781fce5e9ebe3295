import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ForkPlan, KeptFile } from '../adapter.ts'
import { shapeOf } from '../shared/shape.ts'
import { codexForks } from './fork.ts'

const FOLDER = join(import.meta.dirname, 'fixtures/home/.codex')
const DAY = 'sessions/2026/11/22'
const LEGACY = `${DAY}/rollout-2026-11-22T06-34-08-01a201f6-4ddb-7141-b29c-a2fce24d4b09.jsonl`
const BASE = `${DAY}/rollout-2026-11-22T06-31-30-01a201f3-e569-7a22-9544-b893b79b3387.jsonl`
const FORK = `${DAY}/rollout-2026-11-22T06-33-14-01a201f5-7896-7f91-8595-cc54a81083df.jsonl`
const FIRST_ERA = 'sessions/2025/08/01/rollout-2025-08-01T10-00-00-5f0c1a52-6a0e-4b7e-9d5e-0a4c7d1b2c3d.jsonl'
const HOST = { homeDir: '/h', env: {}, platform: 'linux' } as const
const NEW_ID = '019a0000-1111-7222-8333-444444444444'

/** A file of the fixtures; reads are cut at odd places, as from a vault. */
function kept(name: string, bytes: Uint8Array = readFileSync(join(FOLDER, name))): KeptFile {
  return { path: `/h/.codex/${name}`, length: bytes.length, read: (from, to) => bytes.subarray(from, to) }
}

/** Cuts the first file at its line of that number, counted from 1. */
async function forkAt(files: [KeptFile, ...KeptFile[]], line: number, movedTo: string | null = null) {
  const [file] = files
  const text = Buffer.from(file.read(0, file.length)).toString()
  const offset =
    Buffer.byteLength(
      text
        .split('\n')
        .slice(0, line - 1)
        .join('\n'),
    ) + (line === 1 ? 0 : 1)
  const plan = await codexForks.plan({ nativeId: NEW_ID, files, cut: { offset, eventId: 'asked' }, movedTo }, HOST)
  return { ...plan, records: recordsOf(plan, files) }
}

function recordsOf(plan: ForkPlan, files: readonly KeptFile[]): Record<string, unknown>[] {
  const parts = plan.pieces.map((piece) => {
    if ('bytes' in piece) return piece.bytes
    return files[piece.file]?.read(piece.from, piece.to) ?? new Uint8Array()
  })
  const bytes = Buffer.concat(parts)
  expect(bytes.length).toBe(plan.bytes)
  expect(bytes.at(-1)).toBe(0x0a)
  return bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => shapeOf(JSON.parse(line)))
}

test('a fork is the session up to the event, under another id', async () => {
  const source = readFileSync(join(FOLDER, LEGACY), 'utf8').split('\n')

  const fork = await forkAt([kept(LEGACY)], 15)

  expect(fork.path).toBe(`/h/.codex/${DAY}/rollout-2026-11-22T06-34-08-${NEW_ID}.jsonl`)
  expect(fork.lines).toBe(15)
  expect(fork.records[0]).toMatchObject({
    type: 'session_meta',
    payload: {
      id: NEW_ID,
      forked_from_id: '01a201f6-4ddb-7141-b29c-a2fce24d4b09',
      cwd: '/w/app',
      model_provider: 'mock',
    },
  })
  expect(fork.records.slice(1)).toEqual(source.slice(1, 15).map((line) => JSON.parse(line) as unknown))
  expect(fork.endsAt).toBe('call_67jdwpj7lkqj5mosiuutaj6z:result')
  expect(fork.warnings).toEqual([])
})

test('a call without its result is left out, and it is told', async () => {
  const fork = await forkAt([kept(LEGACY)], 13)

  expect(fork.records.at(-1)).toMatchObject({ payload: { type: 'message', role: 'assistant' } })
  expect(fork.warnings).toEqual(['A call of apply_patch has no result up to here, so it is left out.'])
})

test('a thought that nothing follows is left out', async () => {
  const fork = await forkAt([kept(LEGACY)], 10)

  expect(fork.records.at(-1)).toMatchObject({ type: 'event_msg', payload: { type: 'agent_reasoning' } })
})

test('a result that an item tells ends after what is sent to the model, and lines stay counted', async () => {
  // Line 17 tells of the edit; line 18 is the output.
  const fork = await forkAt([kept(BASE)], 17)

  expect(fork.records.at(-1)).toMatchObject({ payload: { type: 'custom_tool_call_output' } })
  expect(fork.records.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 18 }, (_, index) => index))
  const text = JSON.stringify(fork.records.slice(1))
  expect(text).not.toContain('01a201f3-e569-7a22-9544-b893b79b3387')
  expect(text).toContain(`"thread_id":"${NEW_ID}"`)
})

test('a fork of a fork by reference stands by itself', async () => {
  // Line 12 of the fork is its answer.
  const fork = await forkAt([kept(FORK), kept(BASE)], 12)

  const [head] = fork.records
  expect(head).toMatchObject({ ordinal: 0, payload: { id: NEW_ID, session_id: NEW_ID } })
  expect(shapeOf(head?.['payload'])['history_base']).toBeUndefined()
  // The head, 42 further lines of the base, and lines 2 to 12 of the fork.
  expect(fork.lines).toBe(1 + 42 + 11)
  expect(fork.records.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 54 }, (_, index) => index))
  expect(fork.records.filter(({ type }) => type === 'session_meta')).toHaveLength(1)
})

test('without the bytes of its beginning it goes on referring to them', async () => {
  const fork = await forkAt([kept(FORK)], 12)

  expect(fork.records[0]).toMatchObject({
    ordinal: 43,
    payload: { history_base: { thread_id: '01a201f3-e569-7a22-9544-b893b79b3387', end_ordinal_exclusive: 43 } },
  })
  expect(fork.warnings).toEqual([
    'The beginning of this session stands in another one, which has to be in the agent’s folder.',
  ])
})

test('where the project has moved, the agent is told', async () => {
  const fork = await forkAt([kept(LEGACY)], 15, '/w/new place')

  const folders = fork.records.filter(({ type }) => type === 'session_meta' || type === 'turn_context')
  expect(folders.map(({ payload }) => shapeOf(payload)['cwd'])).toEqual(['/w/new place', '/w/new place'])
})

test('lines that cannot be read go along, for the agent passes over them', async () => {
  const lines = readFileSync(join(FOLDER, LEGACY), 'utf8').split('\n')
  lines.splice(8, 0, '{"timestamp":"2026-11-22T06:34')
  const bytes = Buffer.from(lines.join('\n'))
  const file = kept(LEGACY, bytes)

  const plan = await codexForks.plan(
    {
      nativeId: NEW_ID,
      files: [file],
      cut: { offset: bytes.indexOf('{"timestamp":"2026-11-22T06:34:08.864Z"'), eventId: 'asked' },
      movedTo: null,
    },
    HOST,
  )

  expect(plan.lines).toBe(16)
})

test('there is no fork before the conversation, nor of the first era', async () => {
  await expect(forkAt([kept(LEGACY)], 2)).rejects.toThrow('Choose a later one')
  await expect(forkAt([kept(FIRST_ERA)], 4)).rejects.toThrow('cannot resume any more')
})

test('ids are uuids of version 7, the same for the same seed', () => {
  const seed = Buffer.alloc(32, 0xab)

  expect(codexForks.idFrom(seed)).toBe('019aabab-abab-7aba-abab-abababababab')
  expect(codexForks.idFrom(seed)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
