import { createHash } from 'node:crypto'
import { realpath, stat } from 'node:fs/promises'
import type { z } from 'zod'
import type { EventStore, StoredEvent } from '../../db/stores/event-store.ts'
import type { ForkStore } from '../../db/stores/fork-store.ts'
import type { SessionStore, StoredSession } from '../../db/stores/session-store.ts'
import type { AgentId } from '../contract/agent.ts'
import type { ChangeKind, PlannedFile } from '../contract/change.ts'
import type { forkSession } from '../contract/fork.ts'
import { AppError, notFound } from '../errors.ts'
import { roomAt } from './alternatives.ts'
import { blocksOf, type KeptFile, type Piece } from './content.ts'

/** What an agent can do about sessions that it shall go on with. */
export interface Forker {
  /** An id in the agent's form. */
  idFrom(seed: Uint8Array): string
  /** Throws an `AppError` where nothing is left to resume. */
  plan(request: {
    nativeId: string
    files: readonly [KeptFile, ...KeptFile[]]
    cut: { offset: number; eventId: string }
    movedTo: string | null
  }): Promise<{
    path: string
    root: string
    mode: number
    pieces: Piece[]
    lines: number
    bytes: number
    endsAt: string
    warnings: string[]
  }>
}

/** A file that a fork shall be written to. */
interface Write {
  path: string
  root: string
  mode: number
  content: { length: number; blocks(): Iterable<Uint8Array> }
}

/** What forking needs. */
export interface ForkDeps {
  sessions: SessionStore
  events: EventStore
  forkPlaces: ForkStore
  /** Absent where the agent cannot resume a session that it did not write. */
  forkerOf(agent: AgentId): Forker | undefined
  /** Why there is none, as a sentence that says what to do instead; null where there is no more to say. */
  whyNoFork(agent: AgentId): string | null
  /** Null where the agent cannot resume. */
  resumeCommand(agent: AgentId, nativeId: string, cwd: string | null, file?: string): string | null
  resolveMoment(sessionId: string, at: string): { key: number; seq: number } | undefined
  /** The session's own files, each with all that was ever kept of it. */
  keptFiles(sessionKey: number): readonly { path: string; generations: readonly { id: number; length: number }[] }[]
  readRange(generationId: number, offset: number, length: number): Uint8Array
  /** True for the event of a compaction that the agent began by itself. */
  isAutomaticCompaction(sessionKey: number, seq: number): boolean
  outside: {
    plan(writes: readonly Write[]): Promise<PlannedFile[]>
    apply(change: { kind: ChangeKind; title: string; writes: readonly Write[] }): Promise<{
      files: PlannedFile[]
      applied: boolean
      changeId: number | null
    }>
  }
  /** Keeps a file that was just written, so that it appears at once. */
  keepNow(paths: string[]): Promise<void>
  localPath(path: string): string
}

type Reply = z.infer<typeof forkSession.reply>

/** How many ids are tried before it is said that something else is wrong. */
const MOST_TRIES = 1_000

/** Plans the fork of a session at an event and, unless it is a dry run, writes it. */
export async function fork(
  deps: ForkDeps,
  request: { sessionId: string; at: string; dryRun: boolean },
): Promise<Reply> {
  const stored = getForkable(deps, request.sessionId)
  const forker = deps.forkerOf(stored.agent)
  if (!forker) {
    throw new AppError('bad_request', deps.whyNoFork(stored.agent) ?? 'Sessions of this agent cannot be forked.')
  }
  const row = getRow(deps, stored, request.at)
  const files = filesFor(deps, stored, row)
  const cut = { offset: row.offset, eventId: row.id }
  const place = await placeOf(deps, stored)

  const ids = freshIds(deps, stored, { forker, row })
  for (const nativeId of ids) {
    const plan = await forker.plan({ nativeId, files, cut, movedTo: place.movedTo })
    const content = { length: plan.bytes, blocks: () => blocksOf(plan.pieces, files) }
    const writes = [{ path: plan.path, root: plan.root, mode: plan.mode, content }]
    const [planned] = await deps.outside.plan(writes)
    // Something stands there already, from an earlier fork perhaps: it is left alone.
    if (planned?.action === 'unchanged' || planned?.action === 'replace') continue
    if (planned?.action !== 'create') throw refusal(planned)

    const changeId = request.dryRun ? null : await write(deps, stored, writes)
    const room = roomAt(deps.forkPlaces, cutOf(stored, row), (seq) => deps.isAutomaticCompaction(stored.key, seq))
    return {
      nativeId,
      path: plan.path,
      resume: { cwd: place.cwd, command: deps.resumeCommand(stored.agent, nativeId, place.cwd, plan.path) ?? '' },
      changeId,
      endsAt: deps.events.findSeq(stored.key, plan.endsAt) ?? row.seq,
      lines: plan.lines,
      bytes: plan.bytes,
      warnings: [...plan.warnings, ...[room.warning, place.warning].filter((sentence) => sentence !== null)],
      alternatives: room.alternatives,
    }
  }
  throw new AppError('conflict', 'No free name was found for the fork. Look into the agent’s folder and try again.')
}

function getForkable(deps: ForkDeps, sessionId: string): StoredSession {
  const stored = deps.sessions.find(sessionId)
  if (!stored) throw notFound('session', sessionId)
  if (stored.parentId === null) return stored
  throw new AppError(
    'bad_request',
    'A sub-agent’s session cannot be resumed by itself. Fork the session that started it, at the call or after.',
  )
}

function getRow(deps: ForkDeps, stored: StoredSession, at: string): StoredEvent {
  const moment = deps.resolveMoment(stored.id, at)
  const [row] = moment ? deps.events.page(moment.key, moment.seq - 1, 1) : []
  if (row === undefined) throw notFound('event', at)
  return row
}

/** The state of the file that the event was read from comes first. */
function filesFor(deps: ForkDeps, stored: StoredSession, row: StoredEvent): [KeptFile, ...KeptFile[]] {
  const states = deps.keptFiles(stored.key).flatMap(({ path, generations }) =>
    generations.map(({ id, length }) => ({
      id,
      path,
      length,
      read: (from: number, to: number) => deps.readRange(id, from, to - from),
    })),
  )
  const own = states.find((state) => state.id === row.generationId)
  if (!own) throw new AppError('unavailable', 'The vault lacks the bytes of this event. Check the vault in Settings.')
  return [own, ...states.filter((state) => state !== own)]
}

/** Where the agent will be started, and where the project is when that is another place than the session says. */
async function placeOf(deps: ForkDeps, stored: StoredSession) {
  if (stored.projectPath === null) {
    return {
      cwd: null,
      movedTo: null,
      warning: 'No record names the project’s folder: start the agent in it yourself.',
    }
  }
  const cwd = deps.localPath(stored.projectPath)
  const isHere = (await stat(cwd).catch(() => null))?.isDirectory() ?? false
  const movedTo = cwd === stored.projectPath ? null : await realpath(cwd).catch(() => cwd)
  const warning = isHere
    ? null
    : `The project’s folder ${cwd} is not on this machine. Say in Settings where it is now, then fork again.`
  return { cwd, movedTo, warning }
}

/**
 * Ids that no session has or ever had. They follow from what is forked, so that a dry run names the one that is used
 * afterwards.
 */
function* freshIds(
  deps: ForkDeps,
  stored: StoredSession,
  { forker, row }: { forker: Forker; row: StoredEvent },
): Generator<string, void> {
  for (let tried = 0; tried < MOST_TRIES; tried += 1) {
    const seed = createHash('sha256')
      .update(JSON.stringify([stored.id, row.id, tried]))
      .digest()
    const nativeId = forker.idFrom(seed)
    if (deps.sessions.find(`${stored.agent}:${nativeId}`) === undefined) yield nativeId
  }
}

async function write(deps: ForkDeps, stored: StoredSession, writes: readonly Write[]): Promise<number | null> {
  const title = `Fork of “${stored.title.slice(0, 80).toWellFormed()}”`
  const done = await deps.outside.apply({ kind: 'fork', title, writes })
  if (!done.applied) throw refusal(done.files[0])
  await deps.keepNow(writes.map(({ path }) => path))
  return done.changeId
}

function refusal(planned: PlannedFile | undefined): AppError {
  return new AppError('conflict', `The fork was not written. ${planned?.reason ?? 'Its place is taken.'}`)
}

function cutOf(stored: StoredSession, row: StoredEvent) {
  return {
    sessionKey: stored.key,
    seq: row.seq,
    branch: Math.max(0, row.branch),
    window: stored.context?.window ?? null,
  }
}
