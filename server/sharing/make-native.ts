import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { KeptSource } from '../../db/stores/kept-file-store.ts'
import type { EventStore } from '../../db/stores/event-store.ts'
import type { SessionStore, StoredSession } from '../../db/stores/session-store.ts'
import type { ExportChoice } from '../contract/sharing.ts'
import { AppError } from '../errors.ts'
import { BUNDLE_VERSION, type BundleManifest, MANIFEST } from './bundle.ts'
import type { Cleaner } from './cleaner.ts'
import { planNative, type NativeFile, type NativePlan } from './native.ts'
import type { SeqRange } from './range.ts'
import { callOf } from './records.ts'
import { writeZip, type Packed } from './zip.ts'

/** What exports in the agent's own form are made from. */
export interface NativeParts {
  sessions: SessionStore
  events: EventStore
  /** Everything that the vault has of a session, its sub-agents and their side files. */
  sourcesOf(sessionId: string): KeptSource[]
  readRange(generationId: number, offset: number, length: number): Uint8Array
  /** Where a file stands below a home, with `/`; null for one that stands in no folder of its agent. */
  placeInHome(source: { agent: string; path: string }): string | null
  /** True for what the agent keeps as rows of a database. */
  isRows(source: { agent: string; path: string }): boolean
  version: string
}

/** One export that is being made. */
export interface Job {
  session: StoredSession
  choice: ExportChoice
  range: SeqRange | null
  /** Of its own, for what is made. */
  folder: string
  cleaner: Cleaner
  signal: AbortSignal
  onProgress(done: number, total: number): void
}

/** A finished file, and what the last look at it has to know. */
export interface MadeFile {
  path: string
  fileName: string
  type: string
  shape: 'text' | 'page' | 'archive'
  /** Of an archive: files that are one text. */
  wholeNames: ReadonlySet<string>
  /** Files of the agent that it was made of. */
  files: number
  images: number
  leftOut: { path: string; reason: string }[]
}

interface Written {
  file: NativeFile
  path: string
  bytes: number
  sha256: string
}

const SHARED =
  'The agent writes all runs of a folder into one file, so one run cannot leave by itself. Nothing was exported. Choose Markdown, JSON or the replay page, which hold this run alone.'
const ROWS =
  'The agent keeps its sessions as rows of one database, so there is no file of this one that could be taken in elsewhere. Nothing was exported. Choose Markdown, JSON or the replay page.'

/** Makes the agent's own records, or a bundle of everything that belongs to the session. */
export async function makeNative(parts: NativeParts, job: Job): Promise<MadeFile> {
  if (parts.sessions.sharesItsFile(job.session.key)) throw new AppError('conflict', SHARED)
  const { agent, id } = job.session
  if (parts.sourcesOf(id).some(({ path }) => parts.isRows({ agent, path }))) throw new AppError('conflict', ROWS)
  const plan = planOf(parts, job)
  const written = await writeAll(plan.files, job)
  return job.choice.format === 'bundle' ? bundle(parts, job, plan, written) : records(job, plan, written)
}

function planOf(parts: NativeParts, { session, choice, range }: Job): NativePlan {
  const { sessions, events, sourcesOf, readRange } = parts
  const placeOf = ({ path }: { path: string }) => parts.placeInHome({ agent: session.agent, path }) ?? path
  const within = sessions.subagentsOf(session.id).filter((one) => {
    const seq = callOf(events, session, one) ?? -1
    return range !== null && seq >= range.from && seq <= range.to
  })
  const subagentIds = range === null ? null : new Set(within.map(({ nativeId }) => nativeId))
  return planNative(
    session,
    {
      events,
      readRange,
      placeOf,
      sources: sourcesOf(session.id),
      ownIds: sessions.sourceIdsOf(session.key),
      subagentIds,
    },
    { generation: choice.generation, range, isWhole: choice.format === 'bundle', isAlone: choice.isAlone },
  )
}

async function writeAll(files: readonly NativeFile[], job: Job): Promise<Written[]> {
  const total = files.flatMap(({ parts }) => parts).reduce((sum, { from, to }) => sum + to - from, 0)
  let done = 0
  const written: Written[] = []
  for (const [index, file] of files.entries()) {
    const path = join(job.folder, String(index))
    const hash = createHash('sha256')
    let bytes = 0
    const counted = new Transform({
      transform(part: Uint8Array, _encoding, next) {
        hash.update(part)
        bytes += part.length
        next(null, part)
      },
    })
    const cleaned = cleanedParts(file, job.cleaner, (size) => job.onProgress((done += size), total))
    await pipeline(Readable.from(cleaned), counted, createWriteStream(path, { mode: 0o600 }), { signal: job.signal })
    written.push({ file, path, bytes, sha256: hash.digest('hex') })
  }
  return written
}

async function* cleanedParts(
  { generationId, parts, grain }: NativeFile,
  cleaner: Cleaner,
  onBlock: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  for (const { from, to } of parts) {
    for await (const block of cleaner.kept({ generationId, from, to, grain })) {
      onBlock(block.length)
      yield block
    }
  }
}

/** The session's own file alone as it is; with those of sub-agents in an archive. */
async function records({ signal, folder }: Job, { leftOut }: NativePlan, written: Written[]): Promise<MadeFile> {
  const [own, ...others] = written
  if (own === undefined) throw new Error('An export without a file.')
  const rest = { files: written.length, images: 0, leftOut, wholeNames: new Set<string>() }
  const name = basename(own.file.path)
  if (others.length === 0)
    return { ...rest, path: own.path, fileName: name, type: 'application/x-ndjson', shape: 'text' }
  const root = dirname(own.file.path)
  const path = join(folder, 'finished')
  await writeZip(
    path,
    written.map((one) => ({ name: nameBelow(root, one.file.path), content: { file: one.path } })),
    signal,
  )
  const fileName = `${name.replace(/\.jsonl?$/, '')}.zip`
  return { ...rest, path, fileName, type: 'application/zip', shape: 'archive' }
}

function nameBelow(root: string, path: string): string {
  const way = relative(root, path)
  return way.startsWith('..') ? basename(path) : way.split(sep).join('/')
}

async function bundle(parts: NativeParts, job: Job, plan: NativePlan, written: Written[]): Promise<MadeFile> {
  const { session, folder, signal } = job
  const leftOut = [...plan.leftOut]
  const files: BundleManifest['files'] = []
  const packed: Packed[] = []
  for (const { file, path, bytes, sha256 } of written) {
    const place = parts.placeInHome({ agent: session.agent, path: file.path })
    if (place === null) {
      leftOut.push({
        path: file.path,
        reason: 'It stands in no folder of its agent, so nobody could say where it belongs.',
      })
      continue
    }
    files.push({ path: place, bytes, sha256 })
    packed.push({ name: `home/${place}`, content: { file: path } })
  }
  if (files.length === 0) throw new AppError('conflict', 'No file of this session can be put into a bundle.')
  const manifest: BundleManifest = {
    format: 'lossless-bundle',
    version: BUNDLE_VERSION,
    generator: `Lossless ${parts.version}`,
    agent: session.agent,
    sessionId: session.id,
    files,
  }
  const path = join(folder, 'finished')
  const first = { name: MANIFEST, content: { bytes: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) } }
  await writeZip(path, [first, ...packed], signal)
  const wholeNames = new Set(
    written
      .filter(({ file }) => file.grain === 'whole')
      .map(({ file }) => {
        return `home/${parts.placeInHome({ agent: session.agent, path: file.path })}`
      }),
  )
  const fileName = `${session.agent}-${session.nativeId.slice(0, 8).replace(/[^\w-]/g, '_')}.lossless`
  return {
    ...{ path, fileName, type: 'application/octet-stream', shape: 'archive', wholeNames },
    ...{ files: files.length, images: 0, leftOut },
  }
}
