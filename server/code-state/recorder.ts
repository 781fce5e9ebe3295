import { EventWriter, type Recording } from './event-writer.ts'
import type { FileOp } from './file-op.ts'
import { foldFile, type FoldWorld } from './fold.ts'
import type { CodeLedger, ContentId, FileVersion, PathOp, SweepRow } from './ledger.ts'
import { isWithin } from './paths.ts'
import { compareStamps, stampOf, type Stamp } from './stamp.ts'

const MOST_REMEMBERED = 5000

/** One event of a session, with what it tells about files. */
export interface RecordedEvent {
  /** Null for records outside the conversation. */
  id: string | null
  seq: number
  /** Milliseconds since 1970; null when not known. */
  at: number | null
  /** Of a tool call or of its result. */
  callId: string | null
  isError: boolean
  isResult: boolean
  ops: readonly FileOp[]
}

/** Reads a file that belongs to a session (an agent's backup) from what was kept; null when it is not there. */
export type ReadCompanion = (path: string) => Uint8Array | null

/** What a commit changed: whole texts, null where there is no file. */
export interface CommitFiles {
  root: string
  /** Absolute paths. */
  files: { path: string; before: string | null; after: string | null }[]
}

/** Looks up a commit of the repository that a folder lies in; null when it is not to be had. */
export type ReadCommit = (folder: string, hash: string) => CommitFiles | null

/**
 * Turns what events tell about files into versions of each file. It may be called inside a transaction of the caller,
 * and leaves nothing half done between two calls. Sessions may come in any order; each in the order of its own file.
 */
export class CodeRecorder implements Recording {
  readonly #ledger: CodeLedger
  readonly #readCompanion: ReadCompanion
  readonly #readCommit: ReadCommit
  #dirty = new Map<string, Dirty>()
  /** Calls of this batch whose result has not come yet; what is left at its end goes to the store. */
  readonly #openCalls = new Map<string, readonly FileOp[]>()
  /** When commands of this batch ran, by the folder that they could have reached. */
  readonly #heardOf = new Map<string, { from: number; until: number }>()
  /** The newest versions of files, as the store has them. */
  readonly #newest = new Map<string, FileVersion | undefined>()

  /** Contents of backups, which every snapshot names again. */
  readonly #companions = new Map<string, ContentId>()

  constructor(ledger: CodeLedger, readCompanion: ReadCompanion = () => null, readCommit: ReadCommit = () => null) {
    this.#ledger = ledger
    this.#readCompanion = readCompanion
    this.#readCommit = readCommit
  }

  /** Takes events of one session in the order of its file. Copies of events known from another session change nothing. */
  record(session: { key: number; id: string }, events: readonly RecordedEvent[]): void {
    if (events.length === 0) return
    const ledger = this.#ledger
    let last = ledger.lastStamp(session.key) ?? { at: 0, session: session.key, seq: -1, n: 0 }
    for (const event of events) {
      const writer = new EventWriter(this, ledger, follow(last, event))
      this.#take(writer, session.key, event)
      last = writer.stamp
    }
    ledger.saveLastStamp(last)
    for (const [call, ops] of this.#openCalls) ledger.saveOpenCall(session.key, call, JSON.stringify(ops))
    this.#openCalls.clear()
    this.settle()
  }

  /** Has to be called when the caller's transaction was rolled back: what was remembered of it is not there. */
  forget(): void {
    this.#dirty.clear()
    this.#openCalls.clear()
    this.#heardOf.clear()
    this.#newest.clear()
    this.#companions.clear()
    this.#ledger.forget()
  }

  /** Brings all versions up to date with what was recorded; cheap when they are. */
  settle(): void {
    for (const [root, { from, until }] of this.#heardOf) {
      for (const path of this.#ledger.concludedAround(root, from, until)) this.#markLate(path)
    }
    this.#heardOf.clear()
    for (let round = 0; this.#dirty.size > 0 && round < 4; round += 1) {
      const dirty = this.#dirty
      this.#dirty = new Map()
      for (const [path, one] of dirty) this.#refold(path, one)
    }
    this.#dirty = new Map()
  }

  /** Notes an operation on a file. */
  add(path: string, op: PathOp): void {
    const dirty = this.#dirty.get(path)
    if (dirty) dirty.ops.push(op)
    else {
      this.#dirty.set(path, { ops: [op], isLate: false })
      if (this.#ledger.isNewFile(path)) this.#followFolders(path, op)
    }
  }

  /** A file that is heard of for the first time goes the way that its folders went later. */
  #followFolders(path: string, since: Stamp): void {
    for (const tree of this.#ledger.treesAbove(path, since)) {
      const by = { by: 'delete', before: undefined, after: null, alter: null } as const
      this.add(path, { ...stampOf(tree), ...by })
      if (tree.to === null) continue
      const to = tree.to + path.slice(tree.path.length)
      const alter = { kind: 'from', path } as const
      this.add(to, { ...stampOf(tree), by: 'shell', before: undefined, after: undefined, alter })
    }
  }

  companion(path: string, near: ContentId | null): ContentId | undefined {
    const known = this.#companions.get(path)
    if (known !== undefined) return known
    const text = textOf(this.#readCompanion(path))
    if (text === null) return undefined
    const id = this.#ledger.putContent(text, near)
    if (this.#companions.size >= MOST_REMEMBERED) this.#companions.clear()
    this.#companions.set(path, id)
    return id
  }

  commit(folder: string, hash: string): CommitFiles | null {
    return this.#readCommit(folder, hash)
  }

  opsBefore(path: string, moment: Stamp): PathOp[] {
    const known = [...this.#ledger.opsFrom(path, null), ...(this.#dirty.get(path)?.ops ?? [])]
    return known.filter((op) => compareStamps(op, moment) < 0).sort(compareStamps)
  }

  pathsAt(path: string): string[] {
    const waiting = [...this.#dirty.keys()].filter((one) => isWithin(one, path))
    return [...new Set([...this.#ledger.pathsAt(path), ...waiting])]
  }

  isTouchedSince(path: string, at: number, stamp: Stamp): boolean {
    const waiting = this.#dirty.get(path)?.ops.at(-1)
    const last = waiting ?? this.#ledger.lastOpBefore(path, stamp)
    return last !== undefined && last.at > at
  }

  /** The content that stands in a file by all that was recorded so far. */
  contentNow(path: string): ContentId | null | undefined {
    const waiting = this.#dirty.get(path)?.ops.at(-1)
    if (waiting && !waiting.alter) return waiting.after
    return waiting ? undefined : this.#newestOf(path)?.content
  }

  #newestOf(path: string): FileVersion | undefined {
    if (this.#newest.has(path)) return this.#newest.get(path)
    const found = this.#ledger.lastVersion(path)
    this.#remember(path, found)
    return found
  }

  #remember(path: string, version: FileVersion | undefined): void {
    if (this.#newest.size >= MOST_REMEMBERED) this.#newest.clear()
    this.#newest.set(path, version)
  }

  #take(writer: EventWriter, session: number, event: RecordedEvent): void {
    if (event.callId === null) return writer.write(event.ops, null)
    if (!event.isResult) return this.#openCall(event.callId, event.ops)
    this.#closeCall(writer, session, { call: event.callId, isError: event.isError, ops: event.ops })
  }

  #openCall(call: string, ops: readonly FileOp[]): void {
    if (ops.length > 0) this.#openCalls.set(call, ops)
  }

  #closeCall(
    writer: EventWriter,
    session: number,
    result: { call: string; isError: boolean; ops: readonly FileOp[] },
  ): void {
    const asked = this.#askedFor(session, result.call)
    if (asked.length === 0 && result.ops.length === 0) return
    if (!this.#ledger.claimCall(result.call)) return
    writer.writeCall(asked, result)
  }

  #askedFor(session: number, call: string): readonly FileOp[] {
    const open = this.#openCalls.get(call)
    if (open) {
      this.#openCalls.delete(call)
      return open
    }
    const saved = this.#ledger.takeOpenCall(session, call)
    return saved === null ? [] : (JSON.parse(saved) as FileOp[])
  }

  /** For calls that stand inside records of another kind. */
  nested(writer: EventWriter, session: number, op: Extract<FileOp, { op: 'called' | 'returned' }>): void {
    if (op.op === 'called') this.#openCall(op.call, op.ops)
    else this.#closeCall(writer, session, op)
  }

  #refold(path: string, dirty: Dirty): void {
    const ledger = this.#ledger
    const sorted = dirty.ops.sort(compareStamps)
    const [first] = sorted
    const last = this.#newestOf(path)
    const isLate =
      dirty.isLate ||
      (first && last ? isBeforeLast(first, last, ledger.lastOp(path)) : false) ||
      isCollecting(last, sorted)
    if (sorted.length > 0) ledger.addOps(path, sorted)
    const world = this.#world(path, isLate ? () => [] : () => ledger.versions(path).slice(0, -1))
    const versions = isLate
      ? foldFile(ledger.opsFrom(path, null), [], world)
      : foldFile(sorted, last ? [last] : [], world)
    ledger.saveVersions(path, versions, isLate ? 'all' : 'last')
    this.#remember(path, versions.at(-1))
    for (const other of ledger.dependentsOf(path)) if (isLate) this.#markLate(other)
  }

  #markLate(path: string): void {
    const dirty = this.#dirty.get(path)
    if (dirty) dirty.isLate = true
    else this.#dirty.set(path, { ops: [], isLate: true })
  }

  #world(path: string, olderVersions: () => readonly FileVersion[]): FoldWorld {
    const ledger = this.#ledger
    return {
      text: (id) => ledger.getText(id),
      olderVersions,
      keep: (text, near) => ledger.putContent(text, near),
      sweeps: (from, until) => ledger.sweeps(path, from, until),
      versionBefore: (other, stamp) => ledger.versionBefore(other, stamp),
      lastCommit: (stamp) => ledger.lastCommit(path, stamp),
    }
  }

  /** A command came to be known after what followed it: what was concluded from its absence is looked at again. */
  reconsider(sweep: SweepRow): void {
    const span = this.#heardOf.get(sweep.root)
    const from = Math.min(span?.from ?? sweep.at, sweep.at)
    this.#heardOf.set(sweep.root, { from, until: Math.max(span?.until ?? sweep.at, sweep.at) })
  }
}

/** Parts that were seen of an unknown file may make it whole together with those of earlier batches. */
function isCollecting(last: FileVersion | undefined, ops: readonly PathOp[]): boolean {
  return (!last || last.content === undefined) && ops.some((op) => op.alter?.kind === 'glimpse')
}

/** Something on the file is recorded already that happened after the moment. */
function isBeforeLast(first: Stamp, last: FileVersion, lastOp: Stamp | undefined): boolean {
  return compareStamps(first, last) < 0 || (lastOp !== undefined && compareStamps(first, lastOp) < 0)
}

/** Clocks run backwards at times; inside a session its own order counts. */
function follow(last: Stamp, event: { seq: number; at: number | null }): Stamp {
  const isSame = event.seq === last.seq
  return { at: Math.max(last.at, event.at ?? 0), session: last.session, seq: event.seq, n: isSame ? last.n : 0 }
}

function textOf(bytes: Uint8Array | null): string | null {
  if (!bytes) return null
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

interface Dirty {
  ops: PathOp[]
  /** Something came before what stands already: the whole file has to be folded anew. */
  isLate: boolean
}
