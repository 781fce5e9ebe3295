import { applyEdit } from './apply.ts'
import type { Effect } from './effect.ts'
import type { FileOp } from './file-op.ts'
import { foldFile, type FoldWorld } from './fold.ts'
import type { Alteration, CodeLedger, ContentId, FileVersion, PathOp, VersionCause } from './ledger.ts'
import { readEffects } from './shell-effects.ts'
import { compareStamps, type Stamp } from './stamp.ts'
import { baseName } from './paths.ts'

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

/**
 * Turns what events tell about files into versions of each file. It may be called inside a transaction of the caller,
 * and leaves nothing half done between two calls. Sessions may come in any order; each in the order of its own file.
 */
export class CodeRecorder {
  readonly #ledger: CodeLedger
  readonly #readCompanion: ReadCompanion
  #dirty = new Map<string, Dirty>()
  /** Calls of this batch whose result has not come yet; what is left at its end goes to the store. */
  readonly #openCalls = new Map<string, readonly FileOp[]>()
  /** The newest versions of files, as the store has them. */
  readonly #newest = new Map<string, FileVersion | undefined>()

  constructor(ledger: CodeLedger, readCompanion: ReadCompanion = () => null) {
    this.#ledger = ledger
    this.#readCompanion = readCompanion
  }

  /** Takes events of one session in the order of its file. Copies of events known from another session change nothing. */
  record(session: { key: number; id: string }, events: readonly RecordedEvent[]): void {
    if (events.length === 0) return
    const ledger = this.#ledger
    let at = ledger.lastStamp(session.key)
    for (const event of events) {
      // Clocks run backwards at times; inside a session its own order counts.
      at = Math.max(at, event.at ?? 0)
      const writer = new EventWriter(this, ledger, { at, session: session.key, seq: event.seq, n: 0 })
      this.#take(writer, session.key, event)
    }
    ledger.saveLastStamp(session.key, at)
    for (const [call, ops] of this.#openCalls) ledger.saveOpenCall(session.key, call, JSON.stringify(ops))
    this.#openCalls.clear()
    this.settle()
  }

  /** Has to be called when the caller's transaction was rolled back: what was remembered of it is not there. */
  forget(): void {
    this.#dirty.clear()
    this.#openCalls.clear()
    this.#newest.clear()
    this.#ledger.forget()
  }

  /** Brings all versions up to date with what was recorded; cheap when they are. */
  settle(): void {
    for (let round = 0; this.#dirty.size > 0 && round < 4; round += 1) {
      const dirty = this.#dirty
      this.#dirty = new Map()
      for (const [path, one] of dirty) this.#refold(path, one)
    }
    this.#dirty = new Map()
  }

  /** Notes an operation on a file. */
  add(path: string, op: PathOp): void {
    const dirty = this.#dirty.get(path) ?? { ops: [], isLate: false }
    dirty.ops.push(op)
    this.#dirty.set(path, dirty)
  }

  /** The content of a backup file as text; null when it is not kept or is not text. */
  companionText(path: string): string | null {
    const bytes = this.#readCompanion(path)
    if (!bytes) return null
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch (error) {
      if (error instanceof TypeError) return null
      throw error
    }
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
    const world = this.#world(path)
    const sorted = dirty.ops.sort(compareStamps)
    const [first] = sorted
    const last = this.#newestOf(path)
    const isLate = dirty.isLate || (first && last ? isBeforeLast(first, last, ledger.lastOp(path)) : false)
    if (sorted.length > 0) ledger.addOps(path, sorted)
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

  #world(path: string): FoldWorld {
    const ledger = this.#ledger
    return {
      text: (id) => ledger.getText(id),
      keep: (text, near) => ledger.putContent(text, near),
      sweeps: (from, until) => ledger.sweeps(path, from, until),
      versionBefore: (other, stamp) => ledger.versionBefore(other, stamp),
      lastCommit: (stamp) => ledger.lastCommit(path, stamp),
    }
  }

  /** An older command came to be known: unseen changes in its time may have been its doing. */
  reconsider(root: string, at: number): void {
    for (const path of this.#ledger.guessedBetween(root, at, at)) this.#markLate(path)
  }
}

/** Something on the file is recorded already that happened after the moment. */
function isBeforeLast(first: Stamp, last: FileVersion, lastOp: Stamp | undefined): boolean {
  return compareStamps(first, last) < 0 || (lastOp !== undefined && compareStamps(first, lastOp) < 0)
}

interface Dirty {
  ops: PathOp[]
  /** Something came before what stands already: the whole file has to be folded anew. */
  isLate: boolean
}

/** Writes the operations of one event, numbering them. */
class EventWriter {
  readonly #recorder: CodeRecorder
  readonly #ledger: CodeLedger
  #stamp: Stamp

  constructor(recorder: CodeRecorder, ledger: CodeLedger, stamp: Stamp) {
    this.#recorder = recorder
    this.#ledger = ledger
    this.#stamp = stamp
  }

  /** `run` is the command that an output belongs to. */
  write(ops: readonly FileOp[], run: { command: string; cwd: string; isError: boolean } | null): void {
    for (const op of ops) this.#writeOp(op, run)
  }

  /** A call's own words count only where its result came, was no error, and does not tell the truth itself. */
  writeCall(asked: readonly FileOp[], result: { isError: boolean; ops: readonly FileOp[] }): void {
    const run = asked.find((op) => op.op === 'run')
    if (run) {
      const command = { command: run.command, cwd: run.cwd, isError: result.isError }
      if (!result.ops.some((op) => op.op === 'output')) {
        this.#run({ ...command, stdout: null, isRecorded: false })
      }
      return this.write(result.ops, command)
    }
    const told = new Set(result.ops.flatMap((op) => ('path' in op ? [op.path] : [])))
    this.write(
      result.ops.filter((op) => op.op !== 'output'),
      null,
    )
    if (!result.isError)
      this.write(
        asked.filter((op) => !('path' in op && told.has(op.path))),
        null,
      )
  }

  #writeOp(op: FileOp, run: { command: string; cwd: string; isError: boolean } | null): void {
    switch (op.op) {
      case 'write':
        return this.#set(op.path, op.by, this.#idOf(op.path, op.before), this.#idOf(op.path, op.after) ?? null)
      case 'patch':
        return this.#patch(op)
      case 'observe': {
        const id = this.#idOf(op.path, op.content)
        return this.#set(op.path, op.by, id, id)
      }
      case 'unchanged':
        return this.#alter(op.path, 'read', { kind: 'unchanged' })
      case 'backup':
        return this.#backup(op.path, op.companion)
      case 'delete':
        return this.#set(op.path, 'delete', undefined, null)
      case 'move':
        return this.effect({ kind: 'move', from: op.from, to: op.to, isInto: false })
      case 'opaque':
        return this.#opaque(op.touches)
      case 'output':
        if (run) this.#run({ ...run, stdout: op.isPartial ? null : op.stdout, isRecorded: op.isRecorded })
        return
      case 'glimpse':
        return this.#alter(op.path, 'read', {
          kind: 'glimpse',
          text: op.text,
          startLine: op.startLine,
          totalLines: op.totalLines,
        })
      case 'touched':
        return this.#touched(op.path, op.snippets)
      case 'called':
      case 'returned':
        return this.#recorder.nested(this, this.#stamp.session, op)
      case 'run':
        return
    }
  }

  #run(run: { command: string; cwd: string; stdout: string | null; isError: boolean; isRecorded: boolean }): void {
    for (const effect of readEffects(run)) this.effect(effect)
  }

  effect(effect: Effect): void {
    switch (effect.kind) {
      case 'write':
        return this.#set(effect.path, 'shell', undefined, this.#idOf(effect.path, effect.text) ?? null)
      case 'append':
        return this.#alter(effect.path, 'shell', { kind: 'append', text: effect.text })
      case 'sed':
        return this.#alter(effect.path, 'shell', { kind: 'sed', steps: effect.steps })
      case 'see':
        return this.#alter(effect.path, 'read', { kind: 'printed', text: effect.text })
      case 'delete':
        for (const path of this.#filesAt(effect.path)) this.#set(path, 'delete', undefined, null)
        return
      case 'move':
      case 'copy':
        return this.#move(effect)
      case 'revert':
        for (const path of this.#filesAt(effect.path)) this.#alter(path, 'shell', { kind: 'revert' })
        return
      case 'touch':
        for (const path of this.#filesAt(effect.path))
          this.#alter(path, 'shell', { kind: 'touch', cause: effect.cause })
        return
      case 'commit':
        return this.#ledger.addCommit(effect.root, this.#next())
      case 'sweep': {
        const stamp = this.#next()
        this.#ledger.addSweep({ ...stamp, root: effect.root, endings: effect.endings, cause: effect.cause })
        return this.#recorder.reconsider(effect.root, stamp.at)
      }
    }
  }

  /** A name may be a file or a folder: for a folder all known files below it are meant. */
  #filesAt(path: string): string[] {
    const known = this.#ledger.pathsAt(path)
    const below = known.filter((one) => one !== path)
    return below.length > 0 && !known.includes(path) ? below : [path]
  }

  #move(effect: Extract<Effect, { kind: 'move' | 'copy' }>): void {
    const target = effect.isInto ? `${effect.to}/${baseName(effect.from)}` : this.#moveTarget(effect)
    for (const from of this.#filesAt(effect.from)) {
      const to = from === effect.from ? target : target + from.slice(effect.from.length)
      this.#alter(to, 'shell', { kind: 'from', path: from })
      if (effect.kind === 'move') this.#set(from, 'delete', undefined, null)
    }
  }

  /** A folder that stands at the target takes the file into it. */
  #moveTarget(effect: { from: string; to: string }): string {
    const known = this.#ledger.pathsAt(effect.to)
    const isFolder = known.length > 0 && !known.includes(effect.to)
    return isFolder ? `${effect.to}/${baseName(effect.from)}` : effect.to
  }

  #opaque(touches: 'anything' | string[]): void {
    if (touches === 'anything') return this.effect({ kind: 'sweep', root: '/', endings: null, cause: 'script' })
    for (const path of touches) this.#alter(path, 'shell', { kind: 'touch', cause: 'script' })
  }

  #patch(op: Extract<FileOp, { op: 'patch' }>): void {
    const applied = op.before === undefined ? null : applyEdit(op.before, op.hunks, op.replace)
    if (op.before === undefined || !applied) {
      if (op.before !== undefined) this.#set(op.path, op.by, this.#idOf(op.path, op.before), undefined)
      const alter: Alteration = { kind: 'patch', hunks: op.hunks, ...(op.replace ? { replace: op.replace } : {}) }
      return this.#alter(op.path, op.by, alter)
    }
    const before = this.#ledger.putContent(op.before, this.#recorder.contentNow(op.path) ?? null)
    this.#set(op.path, op.by, before, this.#ledger.putContent(applied.text, before))
  }

  #touched(path: string, snippets: { line: number; text: string }[]): void {
    this.#alter(path, 'outside', { kind: 'touch', cause: 'format' })
    for (const part of snippets) {
      this.#alter(path, 'outside', { kind: 'glimpse', text: part.text, startLine: part.line, totalLines: null })
    }
  }

  #backup(path: string, companion: string | null): void {
    const text = companion === null ? null : this.#recorder.companionText(companion)
    if (companion !== null && text === null) return
    const id = this.#idOf(path, text)
    this.#set(path, 'backup', id, id)
  }

  #idOf(path: string, text: string | null | undefined): ContentId | null | undefined {
    if (text === null || text === undefined) return text
    return this.#ledger.putContent(text, this.#recorder.contentNow(path) ?? null)
  }

  #set(
    path: string,
    by: VersionCause,
    before: ContentId | null | undefined,
    after: ContentId | null | undefined,
  ): void {
    this.#recorder.add(path, { ...this.#next(), by, before, after, alter: null })
  }

  #alter(path: string, by: VersionCause, alter: Alteration): void {
    this.#recorder.add(path, { ...this.#next(), by, before: undefined, after: undefined, alter })
  }

  /** Leaves room between two operations, for versions that are found later to belong there. */
  #next(): Stamp {
    this.#stamp = { ...this.#stamp, n: this.#stamp.n + 2 }
    return this.#stamp
  }
}
