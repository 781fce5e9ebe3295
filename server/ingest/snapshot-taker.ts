import type { SessionSources } from '../../db/stores/session-sources.ts'
import type { Mark, SnapshotStore, Standing } from '../../db/stores/snapshot-store.ts'
import type { Source } from '../adapters/adapter.ts'
import type { Snapshot, SnapshotScope } from '../contract/snapshots.ts'
import { AppError, notFound } from '../errors.ts'
import type { Fullest } from './fullest.ts'
import type { Hurry } from './hurry.ts'
import type { KeepFirst } from './keep-first.ts'
import type { SnapshotRequest } from './protocol.ts'

/** What taking a snapshot works with. */
export interface SnapshotParts {
  keeper: KeepFirst
  hurry: Hurry
  snapshots: SnapshotStore
  sessionSources: SessionSources
  fullest: Fullest
  now?: () => number
}

type Marked = Mark & { sourceId: number }

/** Names moments: keeps what is new in the files that are meant, and notes how each stands that changed. */
export class SnapshotTaker {
  readonly #parts: SnapshotParts
  /** Marks say what changed since those before them, so one snapshot is written after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: SnapshotParts) {
    this.#parts = parts
  }

  /** An automatic one of which nothing changed since the last of its scope is that last one. */
  async take(request: SnapshotRequest): Promise<Snapshot> {
    const { hurry, keeper } = this.#parts
    return hurry.first(async () => {
      await keeper.keepWhere(this.#isMeant(request.scope))
      const turn = this.#last.then(() => this.#name(request))
      this.#last = turn.catch(() => undefined)
      return turn
    })
  }

  async #name(request: SnapshotRequest): Promise<Snapshot> {
    const { snapshots, now = Date.now } = this.#parts
    const members = this.#membersOf(request.scope)
    const stands = await this.#standsOf(request, members)
    const marks = stands.filter(({ mark, marked }) => !isSameMark(mark, marked)).map(({ mark }) => mark)
    const standing = marks.length === 0 ? this.#standingFor(request, members) : undefined
    if (standing) return standing

    const grown = stands.filter(({ mark, marked }) => growth(mark, marked) > 0)
    return snapshots.create({
      label: request.label ?? null,
      reason: request.reason,
      cause: request.cause ?? null,
      scope: request.scope,
      members,
      at: now(),
      sessions: new Set(stands.flatMap(({ session }) => session ?? [])).size,
      sources: stands.length,
      rawBytes: stands.reduce((sum, { mark }) => sum + mark.length, 0),
      changedSources: grown.length,
      changedBytes: grown.reduce((sum, { mark, marked }) => sum + growth(mark, marked), 0),
      marks,
    })
  }

  /** Which files have to be kept for it. */
  #isMeant(scope: SnapshotScope): (source: Source) => boolean {
    if ('all' in scope) return () => true
    const { sessionSources } = this.#parts
    const paths = new Set(sessionSources.pathsOf(this.#find(scope).sourceIds))
    const ids = 'sessions' in scope ? scope.sessions : sessionSources.sessionsOf(scope.projects)
    const mains = new Set(ids.map((id) => id.split(':').slice(0, 2).join(':')))
    return ({ agent, nativeId, path }) => paths.has(path) || (nativeId !== null && mains.has(`${agent}:${nativeId}`))
  }

  #membersOf(scope: SnapshotScope): readonly number[] | null {
    if ('all' in scope) return null
    const { sourceIds, unknown } = this.#find(scope)
    const [first] = unknown
    if (first !== undefined) throw notFound('session', first)
    if (sourceIds.length > 0) return sourceIds
    throw new AppError('not_found', 'No session of these projects is kept. The list of projects shows which there are.')
  }

  #find(scope: Exclude<SnapshotScope, { all: true }>) {
    const { sessionSources } = this.#parts
    return 'sessions' in scope ? sessionSources.ofSessions(scope.sessions) : sessionSources.ofProjects(scope.projects)
  }

  async #standsOf({ upTo }: SnapshotRequest, members: readonly number[] | null) {
    const stands: { mark: Marked; marked: Mark | null; session: string | null }[] = []
    for (const standing of this.#parts.snapshots.standing(members)) {
      const { sourceId, marked, role, agent, nativeId } = standing
      const bytes = upTo?.sourceId === sourceId ? upTo : await this.#parts.fullest.of(standing)
      const session = role === 'session' && nativeId !== null ? `${agent}:${nativeId}` : null
      stands.push({ mark: markOf(standing, bytes), marked, session })
    }
    return stands
  }

  /** The snapshot that says the same already, when this one is automatic. */
  #standingFor({ reason, scope }: SnapshotRequest, members: readonly number[] | null): Snapshot | undefined {
    if (reason === 'manual') return undefined
    const { snapshots } = this.#parts
    const last = snapshots.latestOf(scope, reason !== 'daily')
    if (!last || JSON.stringify(last.members) !== JSON.stringify(members)) return undefined
    // A compaction is looked for by its reason, so one that names the same bytes for another reason is not enough.
    if (reason === 'compaction' && last.snapshot.reason !== reason) return undefined
    return snapshots.isMarkedAfter(last.snapshot.id, members) ? undefined : last.snapshot
  }
}

function markOf(
  { sourceId, state, mode, mtimeNs }: Standing,
  { generationId, length }: { generationId: number; length: number },
): Marked {
  return { sourceId, generationId, length, state, mode, mtimeNs }
}

function isSameMark(one: Mark, other: Mark | null): boolean {
  return (
    other !== null &&
    one.generationId === other.generationId &&
    one.length === other.length &&
    one.state === other.state &&
    one.mode === other.mode &&
    one.mtimeNs === other.mtimeNs
  )
}

/** Bytes that are new since the mark before. */
function growth(mark: Mark, marked: Mark | null): number {
  return marked?.generationId === mark.generationId ? mark.length - marked.length : mark.length
}
