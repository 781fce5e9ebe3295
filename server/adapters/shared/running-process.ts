import { execFile } from 'node:child_process'
import { readFile, readdir, readlink } from 'node:fs/promises'

/** What an agent wrote about one of its processes. */
export interface ProcessMark {
  pid: number
  /** Milliseconds since 1970 at which the process said that it runs; null when it did not. */
  startedAt: number | null
  /** When the process started as the system tells it: on Linux ticks since boot, on macOS what `ps -o lstart` prints. */
  startMark: string | null
  /** The world of process ids that `pid` belongs to, on Linux `pid:[number]`; null when it is not stated. */
  namespace: string | null
}

/** A process says that it runs after it started; its clock and the system's may differ by as much, in milliseconds. */
const CLOCK_SLACK = 2_000

/** Ticks in a second, as /proc counts them on every Linux that Node runs on. */
const TICKS = 100

/**
 * True while the very process runs that left the mark. One that has got its number since does not count, where the
 * system tells when processes started (Linux, macOS).
 */
export async function isRunning(mark: ProcessMark, platform: NodeJS.Platform): Promise<boolean> {
  if (!Number.isSafeInteger(mark.pid) || mark.pid <= 0) return false
  if (platform === 'linux') return isRunningOnLinux(mark)
  if (!answersSignal(mark.pid)) return false
  return platform === 'darwin' ? isSameOnMac(mark) : true
}

async function isRunningOnLinux(mark: ProcessMark): Promise<boolean> {
  const own = await readlink('/proc/self/ns/pid').catch(() => null)
  if (mark.namespace !== null && own !== null && mark.namespace !== own) return isRunningElsewhere(mark)
  const ticks = await startTicks(mark.pid)
  return ticks === null ? answersSignal(mark.pid) && mark.startMark === null : isSameStart(mark, ticks)
}

async function isSameStart(mark: ProcessMark, ticks: string): Promise<boolean> {
  if (mark.startMark !== null) return mark.startMark === ticks
  if (mark.startedAt === null) return true
  const boot = /^btime (\d+)$/m.exec(await textIn('/proc/stat'))?.[1]
  return boot === undefined || Number(boot) * 1000 + (Number(ticks) / TICKS) * 1000 <= mark.startedAt + CLOCK_SLACK
}

/** In a container the process has another number here, if it can be seen at all; its start is the same. */
async function isRunningElsewhere(mark: ProcessMark): Promise<boolean> {
  if (mark.startMark === null) return false
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue
    if ((await startTicks(Number(name))) !== mark.startMark) continue
    if ((await readlink(`/proc/${name}/ns/pid`).catch(() => null)) === mark.namespace) return true
  }
  return false
}

/** Field 22 of /proc/PID/stat; the name of the program, field 2, may hold spaces and brackets. */
async function startTicks(pid: number): Promise<string | null> {
  const stat = await textIn(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

/** `ps` knows seconds only. */
async function isSameOnMac(mark: ProcessMark): Promise<boolean> {
  const printed = await new Promise<string>((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' }
    execFile('ps', ['-o', 'lstart=', '-p', String(mark.pid)], { env }, (_error, stdout) => resolve(stdout.trim()))
  })
  const started = Date.parse(printed)
  if (Number.isNaN(started)) return printed !== ''
  const stated = mark.startMark === null ? Number.NaN : Date.parse(mark.startMark)
  if (!Number.isNaN(stated)) return Math.abs(stated - started) <= CLOCK_SLACK
  return mark.startedAt === null || started <= mark.startedAt + CLOCK_SLACK
}

/** Signal 0 only asks. Not being allowed to signal a process means that there is one. */
function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function textIn(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
