import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  watch,
} from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify, parseArgs } from 'node:util'
import { chromium, type Page } from '@playwright/test'
import { quantile, startApp, untilIdle, type RunningApp } from './support/app.ts'

/*
 * How long it takes from a record's append to its card in the open browser:
 *   npm run bench -- live [--prompts N]                       records written by this script
 *   npm run bench -- live --agent FOLDER [--prompts N]        the real Claude Code, driven by FOLDER/run-claude
 */

const { values } = parseArgs({ options: { agent: { type: 'string' }, prompts: { type: 'string', default: '8' } } })
const run = promisify(execFile)
const prompts = Number(values.prompts)

const home =
  values.agent === undefined ? scratchHome() : join(process.env['AGENTS_SCRATCH'] ?? '/tmp/agents-scratch', 'home')
if (values.agent !== undefined)
  await run(join(values.agent, 'run-claude'), ['-p', 'Please build greet.mjs [plan:build]'])
const file = await newestSession(home)
const app = await startApp(home)
const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium' })
try {
  await untilIdle(app)
  const id = `claude-code:${file.split('/').at(-1)?.replace('.jsonl', '') ?? ''}`
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(`${app.url}/sessions/${encodeURIComponent(id)}?follow=1&token=${app.token}`)
  await page.waitForSelector('[data-seq]')
  await recordCards(page)
  const appended = recordAppends(file)
  for (let prompt = 0; prompt < prompts; prompt += 1)
    await (values.agent === undefined ? writeTurn(file) : driveAgent(values.agent, prompt))
  await sleep(1500)
  appended.stop()
  const times = await latencies(app, page, { id, appended: appended.times })
  const at = (share: number) => quantile(times, share).toFixed(0)
  console.log(`append to DOM: ${times.length} cards, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`)
} finally {
  await browser.close()
  await app.stop()
  rmSync(app.dataDir, { recursive: true, force: true })
}

/** In the page: when each card was first there. */
async function recordCards(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Record<string, number> = {}
    Object.assign(window, { cardsSeen: seen })
    const look = () => {
      for (const card of document.querySelectorAll<HTMLElement>('[data-seq]:not(.loading)'))
        seen[card.dataset['seq'] ?? ''] ??= Date.now()
    }
    look()
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, attributes: true })
  })
}

/** When each record came into the file, by the file's own time. */
function recordAppends(path: string): { times: Map<string, number>; stop(): void } {
  const times = new Map<string, number>()
  const descriptor = openSync(path, 'r')
  let offset = statSync(path).size
  let rest = ''
  const watcher = watch(path, () => {
    const { size, mtimeMs } = statSync(path)
    const buffer = Buffer.alloc(Math.max(0, size - offset))
    const length = readSync(descriptor, buffer, 0, buffer.length, offset)
    offset += length
    const lines = (rest + buffer.toString('utf8', 0, length)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const uuid = /"uuid":"([^"]+)"/.exec(line)?.[1]
      if (uuid !== undefined && !times.has(uuid)) times.set(uuid, mtimeMs)
    }
  })
  return { times, stop: () => watcher.close() }
}

async function latencies(
  app: RunningApp,
  page: Page,
  run: { id: string; appended: Map<string, number> },
): Promise<number[]> {
  const seen = await page.evaluate(() => (window as unknown as { cardsSeen: Record<string, number> }).cardsSeen)
  const times: number[] = []
  let after = '-1'
  for (;;) {
    const { items, nextCursor } = await app.get<{ items: { seq: number; id: string }[]; nextCursor: string | null }>(
      `/api/sessions/${encodeURIComponent(run.id)}/events?limit=1000&after=${after}`,
    )
    for (const { seq, id } of items) {
      const written = run.appended.get(id)
      const shown = seen[seq]
      if (written !== undefined && shown !== undefined) times.push(shown - written)
    }
    if (nextCursor === null) return times
    after = nextCursor
  }
}

async function driveAgent(folder: string, prompt: number): Promise<void> {
  const plan = ['more', 'build', 'fail', 'say'][prompt % 4] ?? 'say'
  await run(join(folder, 'run-claude'), ['--continue', '-p', `Turn ${prompt} [plan:${plan}]`]).catch(() => undefined)
}

async function newestSession(homeDir: string): Promise<string> {
  const projects = join(homeDir, '.claude', 'projects')
  const names = await readdir(projects, { recursive: true })
  const files = names.filter((name) => /^[^/]+\/[^/]+\.jsonl$/.test(name)).map((name) => join(projects, name))
  const newest = files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]
  if (newest === undefined || !existsSync(newest)) throw new Error(`There is no session below ${projects}.`)
  return newest
}

function scratchHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lossless-live-'))
  const path = join(folder, '.claude', 'projects', '-w-app', `${randomUUID()}.jsonl`)
  mkdirSync(dirname(path), { recursive: true })
  appendFileSync(path, record('The first prompt'))
  return folder
}

async function writeTurn(path: string): Promise<void> {
  for (let step = 0; step < 5; step += 1) {
    appendFileSync(path, record(`Prompt ${step}`))
    await sleep(120)
  }
}

function record(text: string): string {
  return `${JSON.stringify({
    type: 'user',
    uuid: randomUUID(),
    parentUuid: null,
    sessionId: 's',
    isSidechain: false,
    cwd: '/w/app',
    timestamp: new Date().toISOString(),
    message: { role: 'user', content: text },
  })}\n`
}
