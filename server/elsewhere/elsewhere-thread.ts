import { constants, closeSync, openSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Host } from '../adapters/adapter.ts'
import { adapters } from '../adapters/registry.ts'
import type { ElsewherePlace, ElsewhereReport } from '../contract/elsewhere.ts'
import { openKnown, type ScanStart } from '../ingest/known-from-vault.ts'
import { searchRoots } from './search-roots.ts'
import { liesIn, walkFiles, type FoundFile, type SearchRoot } from './walk-files.ts'

// Looks for known values in files that are no sessions. It only reads, rests as long as it works, and tells places, never values.

/** What the thread is started with. */
export interface ElsewhereStart extends ScanStart {
  host: Host
  /** Folders that are left out: our own, which holds what is kept. */
  excluded: string[]
}

/** What it tells from time to time; `places` are those found since the last time. */
export type ElsewhereTold = Pick<
  ElsewhereReport,
  'roots' | 'rootsDone' | 'files' | 'bytes' | 'skipped' | 'isCapped' | 'values' | 'places'
> & { isDone: boolean }

const LARGEST_FILE = 5_000_000
const MOST_FILES = 200_000
const MOST_BYTES = 4_000_000_000
const MOST_PLACES = 2000
/** Milliseconds of work before a rest, and how often it tells. */
const WORK = 25
const TELL_EVERY = 250
/** A text has no zero byte at its beginning. */
const BEGINNING = 8192

if (!parentPort) throw new Error('elsewhere-thread.ts runs as a worker of the server.')
const port = parentPort
const start = workerData as ElsewhereStart
const { secrets, key, store, loading } = openKnown(start)
for (const _ of loading());
const roots = searchRoots(start.host, adapters).filter(({ path }) => !start.excluded.some((own) => liesIn(path, own)))
const excluded = new Set(start.excluded)
const seen = new Set<string>()
const told: ElsewhereTold = {
  roots: roots.map(({ path }) => secrets.mask(path)),
  rootsDone: 0,
  files: 0,
  bytes: 0,
  skipped: { large: 0, binary: 0, unreadable: 0 },
  isCapped: false,
  values: secrets.known.size,
  places: [],
  isDone: false,
}
let found = 0
let begunAt = performance.now()
let toldAt = 0

tell()
for (const root of roots) {
  if (secrets.known.size > 0) await search(root)
  told.rootsDone += 1
}
told.isDone = true
tell()

async function search(root: SearchRoot): Promise<void> {
  for (const file of walkFiles(root, excluded, () => (told.skipped.unreadable += 1))) {
    if (told.files >= MOST_FILES || told.bytes >= MOST_BYTES || found >= MOST_PLACES) {
      told.isCapped = true
      return
    }
    if (!seen.has(file.path) && !isSession(file.path)) {
      seen.add(file.path)
      lookInto(root, file)
    }
    const now = performance.now()
    if (now - toldAt > TELL_EVERY) tell()
    if (now - begunAt < WORK) continue
    await sleep(now - begunAt)
    begunAt = performance.now()
  }
}

/** What stands in sessions is listed with the secret itself. */
function isSession(path: string): boolean {
  return adapters.some((adapter) => (adapter.classify(path, start.host)?.role ?? 'companion') !== 'companion')
}

function lookInto(root: SearchRoot, file: FoundFile): void {
  if (file.size > LARGEST_FILE) {
    told.skipped.large += 1
    return
  }
  const bytes = readText(file)
  if (bytes === null) return
  told.files += 1
  told.bytes += bytes.length
  const places = placesIn(bytes.toString('utf8'))
  const path = places.size === 0 ? '' : secrets.mask(file.path)
  for (const [secretId, { line, count }] of places) told.places.push({ path, area: root.area, line, count, secretId })
  found += places.size
}

/** Null for a file that is no text, or cannot be read. A link that took its place meanwhile is not followed. */
function readText({ path, size }: FoundFile): Buffer | null {
  let descriptor: number | undefined
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const bytes = Buffer.alloc(size)
    const length = readSync(descriptor, bytes, 0, Math.min(size, BEGINNING), 0)
    if (bytes.subarray(0, length).includes(0)) {
      told.skipped.binary += 1
      return null
    }
    const rest = size > length ? readSync(descriptor, bytes, length, size - length, length) : 0
    return bytes.subarray(0, length + rest)
  } catch {
    told.skipped.unreadable += 1
    return null
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

/** By secret, those that are no secrets left out: the first line where it stands, and how often. */
function placesIn(text: string): Map<number, Pick<ElsewherePlace, 'line' | 'count'>> {
  const places = new Map<number, Pick<ElsewherePlace, 'line' | 'count'>>()
  let line = 1
  let counted = 0
  for (const { start: at, value } of secrets.known.find(text)) {
    for (; counted < at; counted += 1) if (text.charCodeAt(counted) === 10) line += 1
    const secret = store.findByHash(key.hash(value))
    if (secret === undefined || secret.state === 'ignored') continue
    const place = places.get(secret.id)
    if (place) place.count += 1
    else places.set(secret.id, { line, count: 1 })
  }
  return places
}

function tell(): void {
  toldAt = performance.now()
  port.postMessage(told)
  told.places = []
}
