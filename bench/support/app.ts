import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** The real server as a child process, with a data folder of its own unless one is given. */
export interface RunningApp {
  url: string
  token: string
  pid: number
  dataDir: string
  /** Milliseconds from the start of the process to the printed address. */
  startMs: number
  get<Reply>(path: string): Promise<Reply>
  stop(): Promise<void>
}

/** Starts `server/main.ts` on a home and waits until it listens. Throws what it printed when it ends before. */
export async function startApp(
  home: string,
  dataDir = mkdtempSync(join(tmpdir(), 'lossless-bench-')),
): Promise<RunningApp> {
  const begun = performance.now()
  const main = join(import.meta.dirname, '../../server/main.ts')
  const child = spawn(process.execPath, [main, '--home', home, '--data', dataDir, '--port', '0', '--no-open'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const address = new URL(await printedAddress(child))
  const token = address.searchParams.get('token') ?? ''
  return {
    url: address.origin,
    token,
    pid: child.pid ?? 0,
    dataDir,
    startMs: performance.now() - begun,
    async get<Reply>(path: string): Promise<Reply> {
      const reply = await fetch(address.origin + path, { headers: { authorization: `Bearer ${token}` } })
      if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`)
      return (await reply.json()) as Reply
    },
    async stop() {
      child.kill('SIGTERM')
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(null)))
    },
  }
}

function printedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (part: Buffer) => {
      output += part.toString()
      const address = /running at (\S+)/.exec(output)?.[1]
      if (address) resolve(address)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it listened:\n${output}`)))
  })
}

/** What `/api/health` says about ingest. */
export interface Health {
  ingest: {
    state: 'idle' | 'running'
    sourcesDone: number
    sourcesTotal: number
    bytesDone: number
    bytesTotal: number
  }
}

/** Waits until everything is read. */
export async function untilIdle(app: RunningApp): Promise<void> {
  for (;;) {
    const { ingest } = await app.get<Health>('/api/health')
    if (ingest.state === 'idle' && ingest.sourcesTotal > 0) return
    await sleep(10)
  }
}

/** Figures of a process from /proc; null where there is none. */
export function processFigures(pid: number): { peakRssMb: number; cpuSeconds: number; readMb: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    const io = readFileSync(`/proc/${pid}/io`, 'utf8')
    return {
      peakRssMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024,
      cpuSeconds: (Number(stat[11]) + Number(stat[12])) / 100,
      readMb: Number(/rchar: (\d+)/.exec(io)?.[1]) / 1e6,
    }
  } catch {
    return null
  }
}

/** The value below which a share of the values lies; 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** Removes a scratch data folder. */
export function discard(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true })
}

/** Asks for a change and returns the reply; throws with what the server said when it refuses. */
export async function post<Reply>(app: RunningApp, path: string, body: unknown): Promise<Reply> {
  const reply = await fetch(app.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${app.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`)
  return (await reply.json()) as Reply
}
