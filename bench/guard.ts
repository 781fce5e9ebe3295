import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { drawn, seeded } from '../server/redaction/sample.ts'
import { ALPHABETS } from '../server/redaction/charset.ts'
import { startApp } from './support/app.ts'

/*
 * Whether a hostile prompt of a megabyte holds up anybody: it is given to the guard, one after the other, while another
 * thread asks /api/health all the time:
 *   npm run bench -- guard
 */

const SIZE = 1_000_000
/** What the app promises for any answer while something heavy runs, in milliseconds. */
const HEALTH_P99 = 50
/** What a hook waits for the guard, in milliseconds. */
const GUARD_MOST = 1000
const HEALTH_EVERY = 5

const repeated = (piece: string) => piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE)
const PROMPTS = [
  ...['token="', 'ghp_aB3', '-----BEGIN RSA PRIVATE KEY-----\n', 'eyJhbGciOiJIUzI1NiJ9.', 'http://a:b', '{"a":'],
  ...['\\u002d', 'token%3Dabc%2F', 'sk_live_aB3dE5', 'cookie: sessionid=aaaa; ', 'key:', 'dG9rZW49', '\u001b['],
  ...['password=abcdefghijklmnopqrstuvwxyzabcdefghijkl! ', 'secret: ' + 'a'.repeat(60) + '\n', 'curl -u a:', '\\"'],
].map(repeated)
PROMPTS.push(drawn(seeded(3), ALPHABETS.b64, SIZE), drawn(seeded(4), ALPHABETS.hex, SIZE), repeated('plain words '))

if (isMainThread) await measure()
else await askHealth(workerData as { url: string; token: string })

async function measure(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'lossless-bench-home-'))
  const app = await startApp(home)
  try {
    await ask(app, 'Wake up')
    await new Promise((resolve) => setTimeout(resolve, 2000))
    const asking = new Worker(new URL(import.meta.url), { workerData: { url: app.url, token: app.token } })
    const idle = await healthDuring(asking, () => new Promise((resolve) => setTimeout(resolve, 2000)))
    const times: number[] = []
    const busy = await healthDuring(asking, async () => {
      for (const prompt of PROMPTS) {
        const begun = performance.now()
        await ask(app, prompt)
        times.push(performance.now() - begun)
      }
    })
    await asking.terminate()
    tell('health while nothing else happens', idle)
    tell('health while hostile prompts are looked at', busy)
    tell('a hostile prompt of a megabyte', times)
    const { unchecked } = await app.get<{ unchecked: number }>('/api/guard')
    console.log(`passed unseen: ${unchecked} of ${PROMPTS.length}`)
    const holds = at(busy, 0.99) <= HEALTH_P99 && at(times, 1) <= GUARD_MOST
    console.log(`${holds ? 'holds' : 'FAILS'}: health p99 ≤ ${HEALTH_P99} ms, no prompt over ${GUARD_MOST} ms`)
    process.exitCode = holds ? 0 : 1
  } finally {
    await app.stop()
    for (const folder of [home, app.dataDir]) rmSync(folder, { recursive: true, force: true })
  }
}

async function ask({ url, token }: { url: string; token: string }, prompt: string): Promise<void> {
  const input = { hook_event_name: 'UserPromptSubmit', session_id: 's', prompt }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ agent: 'claude-code', input })
  const reply = await fetch(`${url}/api/hooks/run`, { method: 'POST', headers, body })
  if (!reply.ok) throw new Error(`The guard answered ${reply.status}: ${await reply.text()}`)
  await reply.text()
}

/** Milliseconds of each health answer that began while the work was done. */
async function healthDuring(asking: Worker, work: () => Promise<unknown>): Promise<number[]> {
  const told = () => new Promise<number[]>((resolve) => asking.once('message', resolve))
  const before = told()
  asking.postMessage('tell')
  await before
  await work()
  const times = told()
  asking.postMessage('tell')
  return times
}

async function askHealth({ url, token }: { url: string; token: string }): Promise<void> {
  let times: number[] = []
  parentPort?.on('message', () => {
    parentPort?.postMessage(times)
    times = []
  })
  for (;;) {
    const begun = performance.now()
    await (await fetch(`${url}/api/health`, { headers: { authorization: `Bearer ${token}` } })).text()
    times.push(performance.now() - begun)
    await new Promise((resolve) => setTimeout(resolve, HEALTH_EVERY))
  }
}

function at(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

function tell(name: string, times: readonly number[]): void {
  const figures = [0.5, 0.99, 1].map((share) => at(times, share).toFixed(0))
  console.log(`${name}: ${times.length}, p50 ${figures[0]} ms, p99 ${figures[1]} ms, max ${figures[2]} ms`)
}
