import type { Stats } from 'node:fs'
import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Root } from '../adapters/adapter.ts'
import { Coalescer } from './coalescer.ts'

export { listFiles, type FoundFile } from './list-files.ts'

/** Something happened to a file below a root. `changed` also means new. */
export interface FileChange {
  path: string
  kind: 'changed' | 'gone'
}

export interface WatchOptions {
  /** Called from time to time, to look for what no event told: some file systems and a full queue lose events. */
  onSweep?: () => void
  /**
   * Watching failed for some or all folders, for example because the system allows no more watches; called once for each
   * kind of error. Sweeps are more frequent from then on.
   */
  onError?: (error: Error) => void
  /** Milliseconds between sweeps, and the same after watching failed. */
  sweepEvery?: number
  sweepEveryAfterFailure?: number
}

export interface Watcher {
  close(): Promise<void>
}

/** A change is reported at once, further ones of the same file at most this often, in milliseconds. */
const COALESCE = 10
const SWEEP_EVERY = 60_000
const SWEEP_EVERY_AFTER_FAILURE = 10_000

/**
 * Watches everything below the roots; resolves when all is watched. What stood there before is not reported. A root
 * that does not exist is waited for through its nearest parent, of which only the entries themselves are watched.
 */
export async function watchRoots(
  roots: Root[],
  onChange: (change: FileChange) => void,
  options: WatchOptions = {},
): Promise<Watcher> {
  // Loaded here, because it takes long and nothing else needs it.
  const { watch } = await import('chokidar')
  const places = await Promise.all(roots.map(findPlace))
  const coalescer = new Coalescer(COALESCE, onChange)
  // Begins before all is watched, and so works where watching fails.
  const sweeper = startSweeper(options)
  const failures = new Set<string>()

  function report(real: string, kind: FileChange['kind']): void {
    for (const place of places) {
      const spelled = spell(place, real)
      if (spelled !== null) return coalescer.push({ path: spelled, kind })
    }
  }

  const watcher = watch([...new Set(places.map((place) => place.real))], {
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
    atomic: false,
  })
  watcher.on('add', (real, stats) => reportFile(real, stats))
  watcher.on('change', (real, stats) => reportFile(real, stats))
  watcher.on('unlink', (real) => report(real, 'gone'))
  watcher.on('error', (thrown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    sweeper.hurry()
    const kind = 'code' in error ? String(error.code) : error.message
    if (!failures.has(kind)) options.onError?.(error)
    failures.add(kind)
  })
  // The library holds back the changes of one file for up to 50 ms; what the system says comes at once.
  watcher.on('raw', (event, relative, details) => {
    const watched = watchedPathOf(details)
    // A watched file names itself; then its folder, which is watched too, tells the same.
    if (event !== 'change' || !watched || !relative || relative === path.basename(watched)) return
    report(path.join(watched, relative), 'changed')
  })

  function reportFile(real: string, stats: Stats | undefined): void {
    if (stats === undefined || stats.isFile()) report(real, 'changed')
  }

  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()))
  return {
    async close() {
      sweeper.stop()
      coalescer.close()
      await watcher.close()
    },
  }
}

/** Asks for sweeps until it is stopped; `hurry` makes them more frequent. */
function startSweeper({ onSweep, sweepEvery, sweepEveryAfterFailure }: WatchOptions): { hurry(): void; stop(): void } {
  const start = (every: number): NodeJS.Timeout => setInterval(() => onSweep?.(), every).unref()
  let timer = start(sweepEvery ?? SWEEP_EVERY)
  let isHurried = false
  return {
    hurry() {
      if (isHurried) return
      isHurried = true
      clearInterval(timer)
      timer = start(sweepEveryAfterFailure ?? SWEEP_EVERY_AFTER_FAILURE)
    },
    stop: () => clearInterval(timer),
  }
}

/** A root as it was named, and where it really is when it is a link. */
interface Place {
  named: string
  real: string
}

async function findPlace(root: Root): Promise<Place> {
  const named = path.resolve(root.path)
  return { named, real: await realpath(named).catch(() => named) }
}

/** The path as the root's name spells it; null when it is not below the root. */
function spell({ named, real }: Place, file: string): string | null {
  if (file === real) return named
  return file.startsWith(real + path.sep) ? named + file.slice(real.length) : null
}

function watchedPathOf(details: unknown): string | null {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details)) return null
  return typeof details.watchedPath === 'string' ? details.watchedPath : null
}
