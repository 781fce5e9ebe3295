import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { StateDatabase } from '../server/ingest/cursor-testing.ts'
import { quantile, startApp, type RunningApp } from './support/app.ts'

/*
 * A large database of Cursor's: when the first conversations are shown, what memory it takes, what looking costs while
 * nothing changes, and how long a committed row takes to be readable:
 *   npm run bench -- cursor [--megabytes N] [--composers N] [--home FOLDER]
 * With --home the database is made there unless it is there, and stays.
 */

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '200' },
    composers: { type: 'string', default: '300' },
    home: { type: 'string' },
  },
})
const composers = Number(values.composers)
const home = values.home ?? mkdtempSync(join(tmpdir(), 'lossless-cursor-'))
const IDLE_SECONDS = 20
const WORDS =
  'the a function returns value when input is empty then test fails because index starts at one file path user session token error handle request response cache store read write'.split(
    ' ',
  )

const state = makeDatabase()
console.log(`database: ${(statSync(state.path).size / 1e6).toFixed(0)} MB, ${composers} conversations`)
const app = await startApp(home)
try {
  let peak = 0
  const sampler = setInterval(() => (peak = Math.max(peak, rssOf(app.pid))), 50)
  const listening = performance.now()
  console.log(`listening ${app.startMs.toFixed(0)} ms after the start`)
  await until(async () => (await shown()) > 0, 50)
  console.log(
    `first conversation shown: ${(app.startMs + performance.now() - listening).toFixed(0)} ms after the start`,
  )
  await until(async () => (await shown()) >= 20, 200)
  console.log(`first twenty: ${(app.startMs + performance.now() - listening).toFixed(0)} ms after the start`)
  const during = await rowLatencies('while the others are read')
  console.log(`rows were written while ${during} conversations had been read`)
  await until(async () => (await shown()) >= composers, 1000)
  console.log(`all shown: ${((performance.now() - listening) / 1000).toFixed(1)} s`)
  await quiet(app)
  clearInterval(sampler)
  console.log(`memory: at most ${peak.toFixed(0)} MB while it was read, ${rssOf(app.pid).toFixed(0)} MB after it`)
  const before = cpuOf(app.pid)
  await sleep(IDLE_SECONDS * 1000)
  const each = (cpuOf(app.pid) - before) / IDLE_SECONDS
  console.log(`a look without change: at most ${each.toFixed(1)} ms of CPU, all else that the server does included`)
  await rowLatencies('when all is read')
} finally {
  await app.stop()
  state.close()
  rmSync(app.dataDir, { recursive: true, force: true })
  if (values.home === undefined) rmSync(home, { recursive: true, force: true })
}

async function shown(): Promise<number> {
  const { items } = await app.get<{ items: { events: number }[] }>('/api/sessions?limit=1')
  if (items.length === 0) return 0
  const { items: agents } = await app.get<{ items: { id: string; sessions: number }[] }>('/api/agents')
  return agents.find(({ id }) => id === 'cursor')?.sessions ?? 0
}

/** Writes ten rows, one after the other, each to another conversation that is shown. */
async function rowLatencies(when: string): Promise<number> {
  const count = await shown()
  const times: number[] = []
  for (let n = 0; n < 10; n += 1) {
    // Those of the highest numbers are read first.
    const id = idOf(composers - 1 - n)
    const path = `/api/sessions/${encodeURIComponent(`cursor:${id}`)}`
    await until(async () => (await app.get<{ events: number }>(path).catch(() => ({ events: 0 }))).events > 0, 100)
    const { events } = await app.get<{ events: number }>(path)
    const bubbleId = `late-${when.length}-${n}`
    state.put({ cursorDiskKV: { [`bubbleId:${id}:${bubbleId}`]: bubbleOf(bubbleId, 1, 300) } })
    const committed = performance.now()
    await until(async () => (await app.get<{ events: number }>(path)).events > events, 40)
    times.push(performance.now() - committed)
    await sleep(150)
  }
  console.log(
    `committed row to API, ${when}: p50 ${quantile(times, 0.5).toFixed(0)} ms, max ${quantile(times, 1).toFixed(0)} ms`,
  )
  return count
}

async function until(holds: () => Promise<boolean>, every = 20): Promise<void> {
  while (!(await holds())) await sleep(every)
}

/** Waits until the server has nothing more to do. */
async function quiet({ pid }: RunningApp): Promise<void> {
  for (let calm = 0; calm < 3;) {
    const before = cpuOf(pid)
    await sleep(1000)
    calm = cpuOf(pid) - before < 100 ? calm + 1 : 0
  }
}

function makeDatabase(): StateDatabase {
  const isThere = existsSync(join(home, '.config/Cursor/User/globalStorage/state.vscdb'))
  const made = new StateDatabase(home)
  if (isThere) return made
  const size = (Number(values.megabytes) * 1e6) / composers
  const bubbles = Math.max(2, Math.round(size / 6000))
  for (let n = 0; n < composers; n += 1) made.put({ cursorDiskKV: conversation(n, bubbles) })
  made.sqlite.pragma('wal_checkpoint(TRUNCATE)')
  return made
}

function conversation(n: number, bubbles: number): Record<string, unknown> {
  const composerId = idOf(n)
  const rows: Record<string, unknown> = {}
  const headers: { bubbleId: string; type: number }[] = []
  for (let at = 0; at < bubbles; at += 1) {
    const bubbleId = `b-${n}-${at}`
    const type = at % 8 === 0 ? 1 : 2
    headers.push({ bubbleId, type })
    if (at % 8 === 3) Object.assign(rows, editOf({ composerId, bubbleId, n, at }))
    else rows[`bubbleId:${composerId}:${bubbleId}`] = bubbleOf(bubbleId, type, type === 1 ? 300 : 5500)
  }
  const workspaceIdentifier = { id: `ws${n % 40}`, uri: { fsPath: `/w/project-${n % 40}` } }
  const own = {
    _v: 16,
    composerId,
    name: `Conversation ${n}`,
    workspaceIdentifier,
    fullConversationHeadersOnly: headers,
  }
  rows[`composerData:${composerId}`] = own
  return rows
}

function editOf(edit: { composerId: string; bubbleId: string; n: number; at: number }): Record<string, unknown> {
  const { composerId, bubbleId, n, at } = edit
  const key = (step: number) => `composer.content.${n}-${step}`
  return {
    [key(at)]: textOf(6000, n + at),
    [`bubbleId:${composerId}:${bubbleId}`]: {
      _v: 3,
      bubbleId,
      type: 2,
      capabilityType: 15,
      createdAt: timeOf(n, at),
      toolFormerData: {
        name: 'edit_file_v2',
        status: 'completed',
        params: JSON.stringify({ relativeWorkspacePath: `src/file-${at % 16}.ts` }),
        result: JSON.stringify({ ...(at > 8 ? { beforeContentId: key(at - 8) } : {}), afterContentId: key(at) }),
      },
    },
  }
}

function bubbleOf(bubbleId: string, type: number, length: number): Record<string, unknown> {
  const [, n = '0', at = '0'] = bubbleId.split('-')
  return { _v: 3, bubbleId, type, createdAt: timeOf(Number(n) || 0, Number(at)), text: textOf(length, Number(at)) }
}

function timeOf(n: number, at: number): string {
  return new Date(1_780_000_000_000 + n * 3_600_000 + at * 1000).toISOString()
}

/** Words in an order that differs from text to text, so that nothing is saved by being the same. */
function textOf(length: number, seed: number): string {
  let text = ''
  let state = seed * 2_654_435_761 + 1
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    text += `${WORDS[(state >>> 8) % WORDS.length] ?? ''}${(state >>> 3) % 11 === 0 ? '.\n' : ' '}`
    if ((state >>> 5) % 23 === 0) text += `${(state >>> 1).toString(36)} `
  }
  return text
}

function idOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
}

function rssOf(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

/** Milliseconds of CPU that a process has used. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
