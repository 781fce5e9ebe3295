import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CodeReader } from '../../db/stores/code-reader.ts'
import { CodeStore } from '../../db/stores/code-store.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import type { FileOp } from '../code-state/file-op.ts'
import { CodeRecorder } from '../code-state/recorder.ts'
import { getCode, getCodeDiff, getCodeFile } from '../contract/replay.ts'
import { AppError } from '../errors.ts'
import { replayRoutes } from './routes.ts'

const START = Date.UTC(2026, 0, 1)
const LAST: Record<string, number> = { 'cc:1': 5, 'cc:2': 0 }

let databases: TemporaryDatabases
let app: FastifyInstance
let disk: string

beforeEach(async () => {
  databases = createTemporaryDatabases()
  disk = join(databases.folder, 'moved')
  mkdirSync(disk)
  const recorder = new CodeRecorder(new CodeStore(databases.index))
  const record = (session: string, seq: number, ops: FileOp[]) => {
    const key = Number(session.slice(3))
    const at = START + key * 100_000 + seq * 1000
    databases.index
      .prepare(
        'INSERT INTO events (session_key, seq, id, at, kind, generation_id, offset, length, part) VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0)',
      )
      .run(key, seq, `${session}-${seq}`, at, 'tool_result')
    const call = { callId: `${session}-${seq}`, isError: false, isResult: true }
    recorder.record({ key, id: session }, [{ id: `${session}-${seq}`, seq, at, ...call, ops }])
  }
  databases.index
    .prepare(
      "INSERT INTO sessions (key, id, agent, native_id) VALUES (1, 'cc:1', 'claude-code', 'a'), (2, 'cc:2', 'claude-code', 'b')",
    )
    .run()
  record('cc:1', 0, [{ op: 'write', path: '/p/src/a.ts', after: 'one\ntwo\n', before: null, by: 'write' }])
  record('cc:1', 1, [{ op: 'observe', path: '/p/seen.md', content: 'seen\n', by: 'read' }])
  record('cc:1', 2, [{ op: 'write', path: '/p/src/a.ts', after: 'one\n2\nthree\n', before: 'one\ntwo\n', by: 'edit' }])
  record('cc:1', 3, [{ op: 'delete', path: '/p/seen.md', by: 'shell' }])
  record('cc:1', 4, [{ op: 'write', path: '/etc/x.conf', after: 'x\n', by: 'write' }])
  record('cc:1', 5, [
    { op: 'patch', path: '/p/blind.ts', hunks: [], replace: [{ old: 'a', new: 'b', all: false }], by: 'edit' },
  ])
  record('cc:2', 0, [{ op: 'write', path: '/p/src/a.ts', after: 'zero\none\n2\nthree\n', by: 'write' }])

  app = fastify()
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof AppError)) throw error
    return reply.code(error.status).send({ code: error.code, message: error.message })
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  replayRoutes(app, {
    code: new CodeReader(databases.index),
    localPath: (path) => path.replace(/^\/p/, disk),
    resolveMoment: (sessionId, at) => {
      const last = LAST[sessionId]
      const seq = at === undefined ? last : Number(at.replace(`${sessionId}-`, ''))
      if (last === undefined || seq === undefined || !(seq <= last)) return undefined
      return { key: Number(sessionId.slice(3)), seq, projectPath: '/p' }
    },
  })
  await app.ready()
})

afterEach(async () => {
  await app.close()
  databases.close()
})

async function ask(url: string): Promise<{ status: number; body: unknown }> {
  const reply = await app.inject({ url })
  return { status: reply.statusCode, body: reply.json() }
}

async function files(at: string) {
  return getCode.reply.parse((await ask(`/api/sessions/cc:1/code${at}`)).body)
}

describe('the list of files', () => {
  test('names what is known at a moment, inside the project by relative paths', async () => {
    const reply = await files('')
    expect(reply.at).toBe(5)
    expect(reply.files.map((file) => [file.path, file.state, file.bytes, file.confidence, file.changed])).toEqual([
      ['/etc/x.conf', 'present', 2, 'exact', true],
      ['blind.ts', 'present', null, 'unknown', true],
      ['seen.md', 'deleted', null, 'exact', true],
      ['src/a.ts', 'present', 12, 'exact', true],
    ])
    expect(reply.files.at(-1)).toMatchObject({
      sha256: 'bc85caa9b61bcf3a54ccfc800e2b0eda6c11fa5df4e0481c896d31cda2462eb2',
      source: { kind: 'edit', event: 2, at: '2026-01-01T00:01:42.000Z' },
    })
  })

  test('takes a seq or an event id', async () => {
    const bySeq = await files('?at=1')
    expect(await files('?at=cc:1-1')).toEqual(bySeq)
    expect(bySeq.files.map((file) => [file.path, file.bytes])).toEqual([
      ['seen.md', 5],
      ['src/a.ts', 8],
    ])
  })

  test('says which other session a content comes from', async () => {
    const reply = getCode.reply.parse((await ask('/api/sessions/cc:2/code')).body)
    expect(reply.files.find((file) => file.path === 'blind.ts')?.source).toMatchObject({
      kind: 'edit',
      session: 'cc:1',
      sessionEvent: 5,
    })
    expect(reply.files.find((file) => file.path === 'src/a.ts')?.source).toMatchObject({ kind: 'write', event: 0 })
  })
})

describe('one file', () => {
  test('comes with its text, what the last change wrote, and who wrote each line', async () => {
    const reply = getCodeFile.reply.parse((await ask('/api/sessions/cc:1/code/file?path=src/a.ts')).body)
    expect(reply).toMatchObject({ path: 'src/a.ts', at: 5, text: 'one\n2\nthree\n', changedLines: [[2, 3]] })
    expect(reply.writtenBy.map((index) => reply.writers[index])).toEqual([{ event: 0 }, { event: 2 }, { event: 2 }])
  })

  test('lines of another session name it', async () => {
    const reply = getCodeFile.reply.parse((await ask('/api/sessions/cc:2/code/file?path=/p/src/a.ts')).body)
    expect(reply.writtenBy.map((index) => reply.writers[index])).toEqual([
      { event: 0 },
      { session: 'cc:1', sessionEvent: 0 },
      { session: 'cc:1', sessionEvent: 2 },
      { session: 'cc:1', sessionEvent: 2 },
    ])
  })

  test('lines that stood there before have no writer', async () => {
    const reply = getCodeFile.reply.parse((await ask('/api/sessions/cc:1/code/file?path=seen.md&at=1')).body)
    expect(reply).toMatchObject({ text: 'seen\n', writtenBy: [-1], writers: [] })
  })

  test('is without text when it is deleted or unknown', async () => {
    for (const path of ['seen.md', 'blind.ts']) {
      const reply = getCodeFile.reply.parse((await ask(`/api/sessions/cc:1/code/file?path=${path}`)).body)
      expect(reply).toMatchObject({ text: null, writtenBy: [], changedLines: [] })
    }
  })
})

describe('a comparison', () => {
  test('of the start and a moment', async () => {
    const reply = getCodeDiff.reply.parse(
      (await ask('/api/sessions/cc:1/code/diff?path=src/a.ts&from=start&to=0')).body,
    )
    expect(reply).toMatchObject({ path: 'src/a.ts', before: '', after: 'one\ntwo\n', added: 2, removed: 0 })
  })

  test('of two moments is a patch', async () => {
    const reply = getCodeDiff.reply.parse((await ask('/api/sessions/cc:1/code/diff?path=src/a.ts&from=0&to=2')).body)
    expect(reply).toMatchObject({ added: 2, removed: 1 })
    expect(reply.patch).toBe('--- src/a.ts\n+++ src/a.ts\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n+three\n')
  })

  test('with the disk reads where the project lies now', async () => {
    mkdirSync(join(disk, 'src'))
    writeFileSync(join(disk, 'src/a.ts'), 'one\n2\nthree\nfour\n')
    const reply = getCodeDiff.reply.parse((await ask('/api/sessions/cc:1/code/diff?path=src/a.ts&from=5&to=disk')).body)
    expect(reply).toMatchObject({ after: 'one\n2\nthree\nfour\n', added: 1, removed: 0 })
  })

  test('with the disk: a file that is gone is empty, a binary one has no text', async () => {
    const url = '/api/sessions/cc:1/code/diff?path=src/a.ts&from=5&to=disk'
    expect((await ask(url)).body).toMatchObject({ after: '', added: 0, removed: 3 })
    mkdirSync(join(disk, 'src'))
    writeFileSync(join(disk, 'src/a.ts'), Buffer.from([0xff, 0xfe, 0]))
    expect((await ask(url)).body).toMatchObject({ after: null, patch: null })
  })

  test('reads no file from the disk that no session has seen', async () => {
    expect((await ask('/api/sessions/cc:1/code/diff?path=/etc/passwd&to=disk')).status).toBe(404)
  })

  test('of an unknown side has no patch', async () => {
    const reply = getCodeDiff.reply.parse((await ask('/api/sessions/cc:1/code/diff?path=blind.ts')).body)
    expect(reply).toMatchObject({ before: '', after: null, patch: null })
  })

  test('of two long texts with nothing in common ends in time, without a patch', async () => {
    const lines = (mark: string) => Array.from({ length: 30_000 }, (_, n) => `${mark}${n}\n`).join('')
    const { compareTexts } = await import('./compare.ts')
    const begun = performance.now()
    expect(compareTexts('x', lines('a'), lines('b'))).toMatchObject({ patch: null, added: 30_000, removed: 30_000 })
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})

test('a session, an event or a file that is not there is told', async () => {
  const messages = [
    '/api/sessions/cc:9/code',
    '/api/sessions/cc:1/code?at=99',
    '/api/sessions/cc:1/code/file?path=no.ts',
  ]
  const replies = await Promise.all(messages.map((url) => ask(url)))
  expect(replies).toMatchObject([
    { status: 404, body: { message: expect.stringContaining('no session “cc:9”') } },
    { status: 404, body: { message: expect.stringContaining('no event “99”') } },
    { status: 404, body: { message: expect.stringContaining('no file “no.ts”') } },
  ])
})
