import { statSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { isBusy, isDamage } from '../../db/foreign-rows.ts'
import type { Adapter, Host, RowKey, RowSession, RowSessions, Source } from '../adapters/adapter.ts'
import { LineSplitter } from '../adapters/shared/line-splitter.ts'
import type { Vault } from '../vault/vault.ts'
import type { Hurry } from './hurry.ts'
import type { Reader } from './intake.ts'
import type { IngestReport } from './protocol.ts'
import { Opened } from './row-access.ts'

/** What taking in rows works with. */
export interface RowIntakeParts {
  host: Host
  adapters: readonly Adapter[]
  vault: Vault
  reader: Reader
  /** While it holds, nothing is understood. */
  hurry: Hurry
  report(report: IngestReport): void
  /** Milliseconds between two looks at the databases; for tests. */
  every?: number
}

/** A look at databases that did not change is two calls to the file system for each. */
const EVERY = 1000
/** After this long a database that changes is looked at as a whole: rows that only went are told by nothing else. */
const WHOLE_EVERY = 60_000
/** Times of files are this coarse, in milliseconds: a younger one may stand for two changes. */
const COARSE = 100
/** Lines are kept in parts of about this many bytes, so that others get their turn. */
const PART = 256 * 1024
/** Sessions of which it is remembered what of them is kept; the others read that again. */
const MOST_REMEMBERED = 24

const LF = Buffer.from('\n')

/** A database of an agent, and how far it was read. */
interface Watched {
  database: string
  adapter: Adapter
  rows: RowSessions
  /** Of the files at the last look; empty when they have to be read in any case. */
  stamp: string
  mark: RowKey | null
  wholeAt: number
  /** Sessions that have still to be looked at, the newest first. */
  waiting: string[]
  isRunning: boolean
  wasRead: boolean
}

/**
 * Takes in sessions that are rows of databases which their agents write to: looks from time to time whether something
 * changed, keeps rows that are new as lines, and has them understood. What changes now never waits for the backlog.
 */
export class RowIntake {
  readonly #parts: RowIntakeParts
  readonly #watched = new Map<string, Watched>()
  readonly #remembered = new Map<string, RowSession>()
  /** The last work on each session, so that two never overlap. */
  readonly #turns = new Map<string, Promise<unknown>>()
  readonly #working = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | null = null
  #isLooking = false
  #isStopped = false

  constructor(parts: RowIntakeParts) {
    this.#parts = parts
  }

  start(): void {
    if (!this.#parts.adapters.some((adapter) => adapter.rows)) return
    this.#timer = setInterval(() => void this.look(), this.#parts.every ?? EVERY)
    void this.look()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#timer) clearInterval(this.#timer)
    await Promise.allSettled(this.#working)
  }

  /** Looks at every database once. Resolves when what changed just now is taken in; the backlog goes on. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isStopped) return
    this.#isLooking = true
    try {
      for (const watched of this.#databases()) await this.#track(this.#lookAt(watched))
    } finally {
      this.#isLooking = false
    }
  }

  /** Resolves when the backlog is done, too. */
  async settled(): Promise<void> {
    while (this.#working.size > 0) await Promise.allSettled(this.#working)
  }

  #databases(): Watched[] {
    const { adapters, host } = this.#parts
    return adapters.flatMap((adapter) => {
      const { rows } = adapter
      return rows === undefined ? [] : rows.databases(host).map((database) => this.#watchedAt(adapter, rows, database))
    })
  }

  #watchedAt(adapter: Adapter, rows: RowSessions, database: string): Watched {
    const known = this.#watched.get(database)
    if (known) return known
    const fresh = { database, adapter, rows, stamp: '', mark: null, wholeAt: 0, waiting: [] }
    const watched: Watched = { ...fresh, isRunning: false, wasRead: false }
    this.#watched.set(database, watched)
    return watched
  }

  async #lookAt(watched: Watched): Promise<void> {
    const stamp = stampOf(watched.database)
    if (stamp.text === watched.stamp) return
    try {
      await this.#readChanges(watched)
      watched.stamp = stamp.isSettled ? stamp.text : ''
    } catch (error) {
      if (!isBusy(error)) await this.#trouble(watched, error)
      // Damage stays until the file changes.
      if (isDamage(error)) watched.stamp = stamp.text
    }
  }

  async #readChanges(watched: Watched): Promise<void> {
    const { rows, database } = watched
    using opened = new Opened(database)
    const { reader } = opened
    const isDue = performance.now() - watched.wholeAt > WHOLE_EVERY || !watched.wasRead
    const mark = rows.mark(reader)
    const touched = isDue || watched.mark === null ? null : rows.touched(reader, watched.mark, database)
    watched.mark = mark
    for (const id of touched ?? []) await this.#takeIn(watched, id, { opened, isLive: true })
    if (touched === null) {
      watched.wholeAt = performance.now()
      const ids = rows.list(reader, database)
      await this.#markMissing(watched, new Set(ids))
      watched.waiting = ids
      this.#startBacklog(watched)
    }
    if (!watched.wasRead) await this.#parts.vault.noteReadable(watched.database)
    watched.wasRead = true
  }

  #startBacklog(watched: Watched): void {
    if (watched.isRunning) return
    watched.isRunning = true
    void this.#track(
      this.#runBacklog(watched)
        .catch((error: unknown) => this.#trouble(watched, error))
        .finally(() => {
          watched.isRunning = false
        }),
    )
  }

  async #runBacklog(watched: Watched): Promise<void> {
    using opened = new Opened(watched.database)
    const isFirst = !watched.wasRead
    for (let id = watched.waiting.shift(); id !== undefined && !this.#isStopped; id = watched.waiting.shift()) {
      await this.#parts.hurry.over()
      await this.#takeIn(watched, id, { opened, isLive: !isFirst })
      await turn()
    }
    await this.#parts.reader.settle()
  }

  /** Keeps and reads what is new of one session. Damage of its rows leaves the others alone. */
  async #takeIn(watched: Watched, nativeId: string, how: { opened: Opened; isLive: boolean }): Promise<void> {
    const path = watched.rows.pathOf(watched.database, nativeId)
    const work = (this.#turns.get(path) ?? Promise.resolve()).then(() =>
      this.#keep(watched, nativeId, { ...how, path }),
    )
    const settled = work.catch(() => undefined)
    this.#turns.set(path, settled)
    try {
      await work
    } catch (error) {
      if (this.#isStopped) return
      this.#remembered.delete(path)
      watched.stamp = ''
      if (isBusy(error)) watched.wasRead &&= false
      else this.#parts.report({ kind: 'trouble', path, message: messageOf(error) })
    } finally {
      if (this.#turns.get(path) === settled) this.#turns.delete(path)
    }
  }

  async #keep(
    { database, rows, adapter }: Watched,
    nativeId: string,
    { opened, isLive, path }: { opened: Opened; isLive: boolean; path: string },
  ): Promise<void> {
    const { vault, reader } = this.#parts
    const source: Source = { agent: adapter.id, path, role: 'session', nativeId, subagentId: null, isRows: true }
    const stamp = rows.stamp(opened.reader, nativeId)
    if (vault.rowStamp(path) === stamp) {
      return reader.kept(source, await vault.keep(source, () => undefined), false)
    }
    const session =
      this.#remembered.get(path) ?? (await this.#recall(rows.open(database, nativeId, this.#parts.host), path))
    // Until all is kept, what the session thinks to have kept is not to be relied on.
    this.#remembered.delete(path)
    let part: Uint8Array[] = []
    let bytes = 0
    for (const line of session.news(opened.reader)) {
      part.push(line, LF)
      bytes += line.length + 1
      if (bytes < PART) continue
      await this.#append(source, { bytes: Buffer.concat(part), stamp: null, isLive })
      part = []
      bytes = 0
      await turn()
      if (this.#isStopped) throw new Error('Stopped in the middle of a session: the next start goes on from here.')
    }
    await this.#append(source, { bytes: Buffer.concat(part), stamp, isLive })
    if (isLive) this.#remember(path, session)
  }

  async #append(
    source: Source,
    { bytes, stamp, isLive }: { bytes: Uint8Array; stamp: string | null; isLive: boolean },
  ): Promise<void> {
    const { vault, reader, hurry } = this.#parts
    const outcome = await vault.append(source, {
      bytes,
      stamp,
      // What is passed over here is read from the vault afterwards.
      onBlock: (block) => {
        if (!hurry.isOn) reader.block(source, block, isLive)
        else if (isLive) reader.grows(block.generationId, block.grewFrom)
      },
    })
    await hurry.over()
    await reader.kept(source, outcome, isLive)
  }

  /** Lets the session know what of it is kept. */
  async #recall(session: RowSession, path: string): Promise<RowSession> {
    const generation = this.#parts.vault.findSource(path)?.generation
    if (!generation) return session
    const splitter = new LineSplitter()
    for (const { bytes, offset } of this.#parts.vault.blocks(generation.id)) {
      for (const line of splitter.push(bytes, offset)) session.take(line.bytes)
      await turn()
    }
    return session
  }

  #remember(path: string, session: RowSession): void {
    this.#remembered.set(path, session)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest)
  }

  /** Sessions that were taken out of the database stay here. */
  async #markMissing({ database, rows, adapter }: Watched, ids: ReadonlySet<string>): Promise<void> {
    const { vault, reader, host } = this.#parts
    for (const path of vault.presentPaths()) {
      if (!path.startsWith(database)) continue
      const source = adapter.classify(path, host)
      if (source?.nativeId == null || !source.isRows || ids.has(source.nativeId)) continue
      if (rows.pathOf(database, source.nativeId) !== path) continue
      vault.markGone(path)
      await reader.kept(source, await vault.keep(source, () => undefined), false)
    }
  }

  async #trouble(watched: Watched, error: unknown): Promise<void> {
    if (this.#isStopped) return
    const { database, adapter } = watched
    const reason = isDamage(error)
      ? 'The database is damaged or none. What was kept of it stays; it is read again when it changes.'
      : `It could not be read: ${messageOf(error)}`
    watched.wasRead = false
    await this.#parts.vault.noteUnreadable(
      { agent: adapter.id, path: database, role: 'companion', nativeId: null, subagentId: null },
      reason,
    )
    this.#parts.report({ kind: 'trouble', path: database, message: reason })
  }

  async #track(work: Promise<void>): Promise<void> {
    this.#working.add(work)
    try {
      await work
    } finally {
      this.#working.delete(work)
    }
  }
}

/** How the files of a database stand. A change of it changes one of them; `isSettled` once that is certain. */
function stampOf(database: string): { text: string; isSettled: boolean } {
  const files = [database, `${database}-wal`].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }))
  const newest = Math.max(...files.map((file) => Number(file?.mtimeMs ?? 0n)))
  const text = files.map((file) => (file ? `${file.ino}:${file.size}:${file.mtimeNs}` : 'none')).join(' ')
  return { text, isSettled: Date.now() - newest > COARSE }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
