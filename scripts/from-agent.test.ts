import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataFolder } from '../server/platform-folders.ts'
import { contextOf, defaultData, statusLine } from './from-agent.mjs'

const script = fileURLToPath(new URL('lossless.mjs', import.meta.url))
let scratch = ''
let server: Server | null = null

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lossless agent '))
})
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = null
  rmSync(scratch, { recursive: true, force: true })
})

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function start(args: string[], input: string, env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env['PATH'], HOME: scratch, ...env },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (part: Buffer) => (stdout += part.toString()))
    child.stderr.on('data', (part: Buffer) => (stderr += part.toString()))
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(input)
  })
}

/** A server that notes itself in the scratch folder as Lossless does. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
  server = createServer(answer)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  note((server.address() as AddressInfo).port)
}

function note(port: number): void {
  writeFileSync(join(scratch, 'instance.json'), JSON.stringify({ pid: 1, url: `http://127.0.0.1:${port}/?token=key` }))
}

const status = JSON.stringify({
  session_id: 's',
  context_window: {
    context_window_size: 200_000,
    current_usage: {
      input_tokens: 10_000,
      output_tokens: 999,
      cache_creation_input_tokens: 32_000,
      cache_read_input_tokens: 100_000,
    },
  },
})

test('without a server a hook says nothing and ends well', async () => {
  expect(await start(['hook', 'claude-code', '--data', scratch], '{"session_id":"s"}')).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  })
})

test('a note of a server that is gone, a torn note, and an unreadable input are no reason to say anything', async () => {
  await serve(() => undefined)
  server?.close()
  expect(await start(['hook', '--data', scratch], '{}')).toEqual({ code: 0, stdout: '', stderr: '' })
  writeFileSync(join(scratch, 'instance.json'), '{"pid":1,')
  expect(await start(['hook', '--data', scratch], '{}')).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await start(['hook', '--data', scratch], 'not json')).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('a hook hands on what the agent said, with the token, and prints the answer', async () => {
  const seen: unknown[] = []
  await serve((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      seen.push(request.method, request.url, request.headers.authorization, JSON.parse(body))
      response.end('{"output":{"hookSpecificOutput":{"additionalContext":"ü"}}}')
    })
  })

  const ended = await start(['hook', 'codex', '--data', scratch], '{"session_id":"ä","source":"compact"}')

  expect(ended).toEqual({ code: 0, stdout: '{"hookSpecificOutput":{"additionalContext":"ü"}}\n', stderr: '' })
  expect(seen).toEqual([
    'POST',
    '/api/hooks/run',
    'Bearer key',
    { agent: 'codex', input: { session_id: 'ä', source: 'compact' } },
  ])
})

test('a server that has nothing to say, or refuses, prints nothing', async () => {
  await serve((_request, response) => response.end('{"output":null}'))
  expect((await start(['hook', '--data', scratch], '{}')).stdout).toBe('')
  server?.close()
  await serve((_request, response) => response.writeHead(500).end('{"output":{"a":1}}'))
  expect(await start(['hook', '--data', scratch], '{}')).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('a server that does not answer in time is not waited for', async () => {
  await serve(() => undefined)
  const ended = await start(['statusline', '--data', scratch], status)
  expect(ended.stdout).toContain('71 %')
  expect((await start(['hook', '--data', scratch], '{}')).code).toBe(0)
})

test('the status line is the server’s, and without one comes from what the agent says', async () => {
  expect((await start(['statusline'], status, { LOSSLESS_DATA: scratch })).stdout).toBe(
    '\u001b[32m▰▰▰▰▰▱▱ 71 %\u001b[0m\n',
  )
  await serve((_request, response) => response.end('{"line":"from the server · and more"}'))
  expect((await start(['statusline', `--data=${scratch}`], status)).stdout).toBe('from the server · and more\n')
  expect((await start(['statusline', '--data', scratch], status, { COLUMNS: '20' })).stdout).toBe('from the server\n')
})

test('the gauge is coloured by the levels and never runs over', () => {
  const line = (used: number) => statusLine({ context: { used, window: 100 }, levels: [90, 75] })
  expect(line(74)).toBe('\u001b[32m▰▰▰▰▰▱▱ 74 %\u001b[0m')
  expect(line(75)).toBe('\u001b[33m▰▰▰▰▰▱▱ 75 %\u001b[0m')
  expect(line(90)).toBe('\u001b[31m▰▰▰▰▰▰▱ 90 %\u001b[0m')
  expect(line(130)).toBe('\u001b[31m▰▰▰▰▰▰▰ 100 %\u001b[0m')
  expect(line(0)).toBe('\u001b[32m▱▱▱▱▱▱▱ 0 %\u001b[0m')
  expect(statusLine({ context: null, levels: [], notes: ['snapshot 2 min ago'] })).toBe(
    'context not known yet · snapshot 2 min ago',
  )
})

test('the context is read from what the versions of the agent say', () => {
  expect(contextOf(JSON.parse(status))).toEqual({ used: 142_000, window: 200_000 })
  expect(contextOf({ context_window: { context_window_size: 200_000, used_percentage: 25 } })).toEqual({
    used: 50_000,
    window: 200_000,
  })
  // Before the first answer and right after a compaction.
  expect(
    contextOf({ context_window: { context_window_size: 200_000, current_usage: null, used_percentage: 0 } }),
  ).toBeNull()
  for (const damaged of [null, 7, {}, { context_window: [] }, { context_window: { context_window_size: '9' } }])
    expect(contextOf(damaged)).toBeNull()
})

test('the data folder is the one of the server on every platform', () => {
  for (const [platform, env] of [
    ['linux', {}],
    ['linux', { XDG_DATA_HOME: '/x' }],
    ['linux', { XDG_DATA_HOME: 'relative' }],
    ['darwin', {}],
  ] as const) {
    expect(defaultData(platform, env, '/home/me')).toBe(dataFolder({ platform, env, homeDir: '/home/me' }))
  }
})
