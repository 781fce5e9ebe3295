import type { Logger } from 'pino'
import type { ContextStore } from '../../db/stores/context-store.ts'
import type { StoredSession } from '../../db/stores/session-store.ts'
import type { WarningSettings } from '../contract/hooks.ts'
import type { LiveMessage } from '../contract/live.ts'
import type { ContextGauge } from '../contract/session.ts'
import type { SnapshotReason, SnapshotScope } from '../contract/snapshots.ts'
import type { Announcement, LiveHub } from '../live/hub.ts'
import type { StatedContext } from '../live/stated-contexts.ts'
import { predictTurns } from './predict.ts'

/** A warning that stands. */
export interface Warning {
  sessionId: string
  level: number
  used: number
  window: number
  turnsLeft: number | null
  at: string
}

/** What the watch works with. */
export interface WatchParts {
  hub: Pick<LiveHub, 'listen' | 'announce'>
  sessions: { find(id: string): StoredSession | undefined }
  contexts: Pick<ContextStore, 'after' | 'lastCompaction'>
  isLive(sessionId: string): boolean
  stated(sessionId: string): StatedContext | undefined
  /** Tokens at which the agent compacts by itself; null when the adapter cannot say. */
  compactsAt(session: StoredSession, window: number): number | null
  settings(): WarningSettings
  snapshot(request: { reason: SnapshotReason; cause: string; scope: SnapshotScope }): Promise<unknown>
  log: Pick<Logger, 'warn'>
  now?(): number
}

/** Answers that are held for a prediction. */
const HELD = 64
/** A session says several things at once: it is looked at when it was quiet for this long, in milliseconds. */
const QUIET = 150
/** A context that is less than so many percent below a level still counts as above it. */
const WAVERING = 10
/** An event as old as this, in milliseconds, comes from history that is being read, not from work that goes on. */
const FRESH = 10 * 60 * 1000

interface Growth {
  sessionKey: number
  events: number
  compaction: number
  lastSeq: number
  used: number[]
}

/**
 * Watches how the contexts of running sessions fill up: predicts the turns that are left, warns once at each level
 * between two compactions, and takes a snapshot there.
 */
export class ContextWatch {
  readonly #parts: WatchParts
  readonly #growths = new Map<string, Growth>()
  readonly #active = new Map<string, Warning>()
  readonly #warned = new Map<string, { compactions: number; level: number }>()
  readonly #waiting = new Map<string, NodeJS.Timeout>()
  readonly #stop: () => void

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#stop = parts.hub.listen((message) => this.#hear(message))
  }

  /** How full the context of a session is; turns are predicted for running ones alone. */
  gauge(session: StoredSession): ContextGauge | null {
    const { context } = session
    if (context === null || !this.#parts.isLive(session.id)) return context
    const window = this.#parts.stated(session.id)?.window ?? context.window
    return { used: context.used, window, turnsLeft: this.#turnsLeft(session, window) }
  }

  turnsLeft(sessionId: string): number | null {
    const session = this.#parts.sessions.find(sessionId)
    return (session && this.gauge(session)?.turnsLeft) ?? null
  }

  /** Warnings of sessions that still run, the fullest first. */
  active(): Warning[] {
    return [...this.#active.values()]
      .filter(({ sessionId }) => this.#parts.isLive(sessionId))
      .sort((a, b) => b.used / b.window - a.used / a.window)
  }

  /** Looks at a session now: its agent said something of its context, or the levels are others. */
  look(sessionId: string): void {
    const session = this.#parts.sessions.find(sessionId)
    // A sub-agent's context is its own and ends with it.
    if (session === undefined || session.parentId !== null || !this.#isAtWork(session)) return
    const gauge = this.gauge(session)
    if (gauge !== null) this.#compare(session, gauge)
  }

  /** Forgets warnings of levels that are no more, and looks at the sessions that were warned of again. */
  levelsChanged(): void {
    const { levels } = this.#parts.settings()
    for (const [id, warning] of this.#active) {
      if (levels.includes(warning.level)) continue
      this.#active.delete(id)
      this.#warned.delete(id)
      this.look(id)
    }
  }

  close(): void {
    this.#stop()
    for (const timer of this.#waiting.values()) clearTimeout(timer)
  }

  #hear(message: LiveMessage): void {
    if (message.kind === 'session' && message.isLive) this.#lookSoon(message.sessionId)
    if (message.kind === 'state' && !this.#parts.isLive(message.sessionId)) {
      this.#active.delete(message.sessionId)
      this.#growths.delete(message.sessionId)
    }
  }

  #lookSoon(sessionId: string): void {
    if (this.#waiting.has(sessionId)) return
    const timer = setTimeout(() => {
      this.#waiting.delete(sessionId)
      this.look(sessionId)
    }, QUIET)
    this.#waiting.set(sessionId, timer.unref())
  }

  #isAtWork(session: StoredSession): boolean {
    return this.#parts.isLive(session.id) && this.#now() - session.activeAt < FRESH
  }

  #compare(session: StoredSession, gauge: ContextGauge): void {
    const { levels, snapshot } = this.#parts.settings()
    const percent = (100 * gauge.used) / gauge.window
    const level = levels.findLast((one) => percent >= one)
    const warned = this.#warnedOf(session, percent)
    const isNew = level !== undefined && level > warned
    const facts = { sessionId: session.id, used: gauge.used, window: gauge.window, turnsLeft: gauge.turnsLeft ?? null }
    if (level === undefined) this.#active.delete(session.id)
    else {
      const at = isNew ? new Date(this.#now()).toISOString() : this.#active.get(session.id)?.at
      this.#active.set(session.id, { ...facts, level, at: at ?? new Date(this.#now()).toISOString() })
    }
    this.#warned.set(session.id, { compactions: session.compactions, level: isNew ? level : warned })
    if (isNew) this.#warn(session, { kind: 'warning', ...facts, level }, snapshot)
  }

  /** The level that was told last. A compaction begins anew, and so does a context that fell far below it by a rewind. */
  #warnedOf(session: StoredSession, percent: number): number {
    const warned = this.#warned.get(session.id)
    if (warned?.compactions !== session.compactions) return 0
    return percent < warned.level - WAVERING ? 0 : warned.level
  }

  #warn(session: StoredSession, warning: Extract<Announcement, { kind: 'warning' }>, takesSnapshot: boolean): void {
    this.#parts.hub.announce(warning)
    if (!takesSnapshot) return
    const percent = Math.round((100 * warning.used) / warning.window)
    const request = {
      reason: 'level' as const,
      cause: `The context of “${session.title.slice(0, 100)}” is ${percent} % full (level ${warning.level} %).`,
      scope: { sessions: [session.id] },
    }
    this.#parts.snapshot(request).catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, 'no snapshot could be taken at a warning level')
    })
  }

  #turnsLeft(session: StoredSession, window: number): number | null {
    const limit = this.#parts.compactsAt(session, window)
    return limit === null ? null : predictTurns(this.#growthOf(session).used, limit)
  }

  /** Reads what came since the last look, and all since the compaction at the first. */
  #growthOf(session: StoredSession): Growth {
    const known = this.#growths.get(session.id)
    if (known?.sessionKey === session.key && known.events === session.events) return known
    const compaction = this.#parts.contexts.lastCompaction(session.key)
    const isSame = known?.sessionKey === session.key && known.compaction === compaction && known.events < session.events
    const growth = isSame ? known : { sessionKey: session.key, events: 0, compaction, lastSeq: compaction, used: [] }
    for (const { seq, used } of this.#parts.contexts.after(session.key, growth.lastSeq)) {
      growth.lastSeq = seq
      // The records of one answer all state the same.
      if (growth.used.at(-1) !== used) growth.used.push(used)
    }
    growth.used.splice(0, growth.used.length - HELD)
    growth.events = session.events
    this.#growths.set(session.id, growth)
    return growth
  }

  #now(): number {
    return (this.#parts.now ?? Date.now)()
  }
}
