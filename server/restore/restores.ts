import { isAbsolute, join, resolve } from 'node:path'
import type { KeptFileStore, KeptSource } from '../../db/stores/kept-file-store.ts'
import type { SessionSources } from '../../db/stores/session-sources.ts'
import type { SessionStore } from '../../db/stores/session-store.ts'
import type { SnapshotFile } from '../../db/stores/snapshot-store.ts'
import type { SourceIdentity } from '../../db/stores/vault-store.ts'
import type { PlannedFile } from '../contract/change.ts'
import type { Snapshot, SnapshotReason, SnapshotScope } from '../contract/snapshots.ts'
import { AppError, notFound } from '../errors.ts'
import { keptContent, type ReadKept } from '../outside/content.ts'
import { tokenOf, type FileWrite, type Outside } from '../outside/outside.ts'
import { isInside } from '../outside/target.ts'
import type { Place } from './place.ts'
import { chooseStates, grewJustNow, isKnownSame, statesOf, type StateChoice, type WantedFile } from './states.ts'

/** What restoring works with. */
export interface RestoreParts {
  outside: Outside
  keptFiles: KeptFileStore
  sessionSources: SessionSources
  sessions: SessionStore
  readKept: ReadKept
  /** Throws when there is no such snapshot. */
  snapshotFiles(snapshotId: number, sourceIds?: readonly number[]): SnapshotFile[]
  findSnapshot(snapshotId: number): Snapshot | undefined
  /** Keeps what is new in these files before anything else. */
  keepNow(paths: string[]): Promise<void>
  takeSnapshot(request: { reason: SnapshotReason; cause: string; scope: SnapshotScope }): Promise<unknown>
  /** Where a file belongs in its agent's folders here; null when nowhere. */
  placeOf(source: SourceIdentity): Place | null
  /** Folders that agents write; nothing else is laid out there. */
  agentRoots(): readonly string[]
  /** What to type to resume a session, with the folder where its project is now. */
  resumeCommand(agent: string, nativeId: string, cwd: string | null, file?: string): string | null
  localPath(path: string): string
  now?(): number
}

/** How a restore is asked for. */
export interface RestoreOptions {
  to?: string | undefined
  dryRun: boolean
  skipRefused: boolean
  plan?: string | undefined
}

/** What a restore would do, or did. */
export interface Restored {
  files: PlannedFile[]
  applied: boolean
  plan: string
  changeId: number | null
  resume: { sessionId: string; cwd: string | null; command: string }[]
}

/** Brings kept bytes of sessions back: where they came from, or into a folder. */
export class Restores {
  readonly #parts: RestoreParts

  constructor(parts: RestoreParts) {
    this.#parts = parts
  }

  /** A snapshot, or the sessions and projects of it that are named. */
  async ofSnapshot(
    snapshotId: number,
    part: { sessions?: readonly string[] | undefined; projects?: readonly string[] | undefined },
    options: RestoreOptions,
  ): Promise<Restored> {
    const snapshot = this.#parts.findSnapshot(snapshotId)
    if (!snapshot) throw notFound('snapshot', String(snapshotId))
    const sourceIds = this.#partOf(part)
    const files = this.#parts.snapshotFiles(snapshotId, sourceIds)
    if (sourceIds && files.length === 0) {
      throw new AppError('not_found', `Snapshot ${snapshotId} holds nothing of what was asked for.`)
    }
    const name = snapshot.label === null ? `snapshot ${snapshotId}` : `snapshot “${snapshot.label}”`
    await this.#keepNow(files.map((file) => file.path))
    const sources = await this.#sourcesOf(files.map((file) => file.sourceId))
    return this.#restore(statesOf(files, sources), `Restore of ${name}`, options)
  }

  /** A session with its sub-agents and side files. */
  async ofSession(sessionId: string, choice: StateChoice, options: RestoreOptions): Promise<Restored> {
    const { sourceIds } = this.#parts.sessionSources.ofSessions([sessionId])
    if (sourceIds.length === 0) throw notFound('session', sessionId)
    await this.#keepNow(this.#parts.sessionSources.pathsOf(sourceIds))
    const sources = await this.#sourcesOf(sourceIds)
    const files = chooseStates(sources, choice)
    const hasOwn = files.some(({ source }) => source.role === 'session')
    if (choice.generation !== undefined && !hasOwn) {
      throw new AppError('not_found', `The session's file has no generation ${choice.generation} in the vault.`)
    }
    const title = this.#parts.sessions.find(sessionId)?.title
    return this.#restore(files, `Restore of “${title ?? sessionId}”`, options)
  }

  #partOf({
    sessions,
    projects,
  }: {
    sessions?: readonly string[] | undefined
    projects?: readonly string[] | undefined
  }) {
    if (sessions === undefined && projects === undefined) return undefined
    const ofSessions = this.#parts.sessionSources.ofSessions(sessions ?? [])
    const [unknown] = ofSessions.unknown
    if (unknown !== undefined) throw notFound('session', unknown)
    return [...ofSessions.sourceIds, ...this.#parts.sessionSources.ofProjects(projects ?? []).sourceIds]
  }

  async #sourcesOf(ids: readonly number[]): Promise<KeptSource[]> {
    const sources: KeptSource[] = []
    for (let from = 0; from < ids.length; from += 1000) {
      sources.push(...this.#parts.keptFiles.list(ids.slice(from, from + 1000)))
      await new Promise(setImmediate)
    }
    return sources
  }

  async #keepNow(paths: string[]): Promise<void> {
    if (paths.length > 0) await this.#parts.keepNow(paths)
  }

  async #restore(wanted: readonly WantedFile[], title: string, options: RestoreOptions): Promise<Restored> {
    const { outside } = this.#parts
    const to = options.to === undefined ? null : this.#checkFolder(options.to)
    const writes = await inSlices(wanted, (file) => this.#writeOf(file, to))
    const planned = await outside.plan(writes)
    const plan = tokenOf(planned)
    const reply = async (files: PlannedFile[], applied: boolean, changeId: number | null): Promise<Restored> => ({
      files,
      applied,
      plan,
      changeId,
      resume: to === null ? await this.#resumeOf(wanted, files) : [],
    })
    if (options.dryRun) return reply(planned, false, null)
    if (options.plan !== undefined && options.plan !== plan) {
      throw new AppError(
        'conflict',
        'Something changed since the plan was shown. Nothing was written; look at the plan again.',
      )
    }
    if (planned.some((file) => file.action === 'refused') && !options.skipRefused) return reply(planned, false, null)
    await this.#snapshotBefore(wanted, planned, title)
    const where = to === null ? '' : ` into ${to}`
    const outcome = await outside.apply({
      kind: 'restore',
      title: title + where,
      writes,
      expect: planned,
      skipRefused: options.skipRefused,
    })
    return reply(outcome.files, outcome.applied, outcome.changeId)
  }

  #checkFolder(to: string): string {
    if (!isAbsolute(to)) throw new AppError('bad_request', 'Name the folder by its whole path, from the root on.')
    const folder = resolve(to)
    if (this.#parts.agentRoots().some((root) => folder === root || isInside(folder, root))) {
      throw new AppError(
        'bad_request',
        `“${folder}” is a folder that an agent reads: a second copy of a session there confuses it. Choose another folder, or restore to the place it came from.`,
      )
    }
    return folder
  }

  async #writeOf(file: WantedFile, to: string | null): Promise<FileWrite> {
    const { source, generationId, length, mode, mtimeMs } = file
    const place = this.#parts.placeOf(source)
    const held = to === null && (await this.#isGrowing(file)) ? HELD : undefined
    const isKeptTime = mtimeMs !== null && (to !== null || this.#now() - mtimeMs < SAFE_AGE)
    return {
      ...placeOrRefusal(source, place, to),
      content: keptContent(this.#parts.readKept, generationId, length),
      mode: mode ?? 0o600,
      ...(isKeptTime ? { mtimeMs } : {}),
      ...(held === undefined ? {} : { heldBy: held }),
      isKnownSame: (seen) => to === null && place?.path === source.path && isKnownSame(file, seen),
    }
  }

  async #isGrowing({ source }: WantedFile): Promise<boolean> {
    return grewJustNow(source, this.#now()) && !(await this.#parts.outside.isOwnWrite(source.path))
  }

  #now(): number {
    return (this.#parts.now ?? Date.now)()
  }

  /** Names the moment before sessions are overwritten; the bytes are kept in any case. */
  async #snapshotBefore(wanted: readonly WantedFile[], planned: readonly PlannedFile[], title: string): Promise<void> {
    const ids = new Set<string>()
    for (const [index, file] of planned.entries()) {
      const source = wanted[index]?.source
      const id = source && file.action === 'replace' ? sessionIdOf(source) : null
      if (id !== null && id !== undefined) ids.add(id)
    }
    if (ids.size === 0) return
    await this.#parts.takeSnapshot({
      reason: 'restore',
      cause: `${title}: what it overwrote.`,
      scope: { sessions: [...ids] },
    })
  }

  async #resumeOf(wanted: readonly WantedFile[], files: readonly PlannedFile[]): Promise<Restored['resume']> {
    const commands = await inSlices(wanted, ({ source }, index) => {
      if (source.role !== 'session' || source.nativeId === null || files[index]?.action === 'refused') return null
      const sessionId = `${source.agent}:${source.nativeId}`
      const path = this.#parts.sessions.find(sessionId)?.projectPath ?? null
      const cwd = path === null ? null : this.#parts.localPath(path)
      const command = this.#parts.resumeCommand(source.agent, source.nativeId, cwd, files[index]?.path)
      return command === null ? null : { sessionId, cwd, command }
    })
    return onePerSession(
      commands.flatMap((resume, index) => (resume ? [{ resume, bytes: files[index]?.bytesAfter ?? 0 }] : [])),
    )
  }
}

/** Some agents leave stubs beside the file that a session stands in: the largest is the one to resume. */
function onePerSession(found: readonly { resume: Restored['resume'][number]; bytes: number }[]): Restored['resume'] {
  const best = new Map<string, (typeof found)[number]>()
  for (const one of found) {
    const known = best.get(one.resume.sessionId)
    if (known === undefined || one.bytes > known.bytes) best.set(one.resume.sessionId, one)
  }
  return [...best.values()].map(({ resume }) => resume)
}

/** Works through a list and lets other requests in between: a snapshot may hold many thousand files. */
async function inSlices<Item, Result>(
  items: readonly Item[],
  task: (item: Item, index: number) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const [index, item] of items.entries()) {
    results.push(await task(item, index))
    if (index % 32 === 31) await new Promise(setImmediate)
  }
  return results
}

/**
 * A file that is brought back to its agent keeps its time only when it is younger than this, in milliseconds. Claude Code
 * deletes sessions by the time of their file at its next start (after 30 days, at least one as its user sets it): one
 * that was brought back with its old time was seen to go again at once.
 */
const SAFE_AGE = 86_400_000

const HELD =
  'It grew a moment ago: an agent seems to be writing to it. End the session there, or wait some seconds, then try again.'

function placeOrRefusal(
  source: SourceIdentity,
  place: Place | null,
  to: string | null,
): Pick<FileWrite, 'path' | 'root' | 'refused'> {
  if (!place) {
    const refused = 'The folder that it came from is in no folder of its agent on this machine.'
    return { path: source.path, root: to ?? source.path, refused }
  }
  if (to !== null) return { path: join(to, place.below), root: to }
  return { path: place.path, root: place.root, ...(place.refused === undefined ? {} : { refused: place.refused }) }
}

/** The session that a file belongs to, without sub-agents; null for what belongs to none. */
function sessionIdOf(source: SourceIdentity): string | null {
  return source.nativeId === null ? null : `${source.agent}:${source.nativeId}`
}
