import { applyEdit } from './apply.ts'
import type { Effect } from './effect.ts'
import type { FileOp } from './file-op.ts'
import type { Alteration, CodeLedger, ContentId, PathOp, SweepRow, VersionCause } from './ledger.ts'
import { createdText } from './git-diff.ts'
import { baseName, resolvePath } from './paths.ts'
import type { CommitFiles } from './recorder.ts'
import { readEffects } from './shell-effects.ts'
import { stampOf, type Stamp } from './stamp.ts'

/** Where an event's operations go. */
export interface Recording {
  /** Notes an operation on a file. */
  add(path: string, op: PathOp): void
  /** The content that stands in a file by all that was recorded so far. */
  contentNow(path: string): ContentId | null | undefined
  /** Known files at or below a path. */
  pathsAt(path: string): string[]
  /** The content of a backup file; undefined when it is not kept or is not text. */
  companion(path: string, near: ContentId | null): ContentId | undefined
  /** Something was recorded of a file after a time, and before the moment. */
  isTouchedSince(path: string, at: number, stamp: Stamp): boolean
  /** Takes a call or a result that stands inside a record of another kind. */
  nested(writer: EventWriter, session: number, op: Extract<FileOp, { op: 'called' | 'returned' }>): void
  /** What a commit changed; null when that is not known. */
  commit(folder: string, hash: string): CommitFiles | null
  /** What was recorded of a file before a moment, oldest first. */
  opsBefore(path: string, moment: Stamp): PathOp[]
  /** A command came to be known that could have changed files. */
  reconsider(sweep: SweepRow): void
}

/** A shell command that has come to its end. */
interface RanCommand {
  command: string
  cwd: string
  isError: boolean
  /** Files whose change the record tells itself. */
  told: ReadonlySet<string>
}

/** Writes the operations of one event, numbering them. */
export class EventWriter {
  readonly #recording: Recording
  readonly #ledger: CodeLedger
  #stamp: Stamp

  constructor(recording: Recording, ledger: CodeLedger, stamp: Stamp) {
    this.#recording = recording
    this.#ledger = ledger
    this.#stamp = stamp
  }

  /** `run` is the command that an output belongs to. */
  write(ops: readonly FileOp[], run: RanCommand | null): void {
    for (const op of ops) this.#writeOp(op, run)
  }

  /** A call's own words count only where its result came, was no error, and does not tell the truth itself. */
  writeCall(asked: readonly FileOp[], result: { isError: boolean; ops: readonly FileOp[] }): void {
    const told = new Set(result.ops.flatMap(pathsOf))
    const run = asked.find((op) => op.op === 'run')
    if (run) return this.#writeRun({ command: run.command, cwd: run.cwd, isError: result.isError, told }, result.ops)
    const truths = result.ops.filter((op) => op.op !== 'output')
    this.write(truths, null)
    if (!result.isError)
      this.write(
        asked.filter((op) => !pathsOf(op).some((path) => told.has(path))),
        null,
      )
  }

  #writeRun(run: RanCommand, ops: readonly FileOp[]): void {
    if (!ops.some((op) => op.op === 'output')) this.#run({ ...run, stdout: null, isRecorded: false })
    this.write(ops, run)
  }

  #writeOp(op: FileOp, run: RanCommand | null): void {
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
        return this.#backup(op)
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
      case 'commit':
        return this.#commit(op)
      case 'called':
      case 'returned':
        return this.#recording.nested(this, this.#stamp.session, op)
      case 'run':
        return
    }
  }

  #run(run: RanCommand & { stdout: string | null; isRecorded: boolean }): void {
    for (const effect of readEffects(run)) {
      if (!('path' in effect) || !run.told.has(effect.path)) this.effect(effect)
    }
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
      case 'glimpse': {
        const { text, startLine } = effect
        return this.#alter(effect.path, 'read', { kind: 'glimpse', text, startLine, totalLines: null })
      }
      case 'diff':
        return this.#diff(effect)
      case 'delete':
        return this.#delete(effect.path, effect.isTree)
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
        const sweep = { ...this.#next(), root: effect.root, endings: effect.endings, cause: effect.cause }
        this.#ledger.addSweep(sweep)
        return this.#recording.reconsider(sweep)
      }
    }
  }

  /**
   * What a commit holds was there when the session changed the file, not only when it was committed: what it had before
   * stands before the session's first change since the file was last seen, and what came out after its last one.
   */
  #commit({ folder, hash, isTakenBack }: Extract<FileOp, { op: 'commit' }>): void {
    const found = this.#recording.commit(folder, hash)
    if (found === null) return this.#ledger.addCommit(folder, this.#next())
    for (const { path, before, after } of found.files) {
      const then = this.#idOf(path, before) ?? null
      if (isTakenBack) {
        this.#set(path, 'shell', undefined, then)
        continue
      }
      const ops = this.#recording.opsBefore(path, this.#stamp)
      const unseen = ops.slice(ops.findLastIndex((op) => op.by === 'read' && op.alter === null) + 1)
      const own = unseen.filter((op) => op.session === this.#stamp.session)
      const [first, last] = [own[0], own.at(-1)]
      if (first) this.#see(path, { ...stampOf(first), n: first.n - 1 }, then)
      const now = this.#idOf(path, after) ?? null
      if (last) this.#see(path, { ...stampOf(last), n: last.n + 1 }, now)
      this.#set(path, 'read', now, now)
    }
  }

  #see(path: string, at: Stamp, content: ContentId | null): void {
    this.#recording.add(path, { ...at, by: 'read', before: content, after: content, alter: null })
  }

  #diff({ cwd, diff }: Extract<Effect, { kind: 'diff' }>): void {
    const path = this.#inRepository(cwd, diff.name)
    if (diff.status === 'deleted') return this.#set(path, 'read', null, null)
    if (diff.status === 'changed') return this.#alter(path, 'read', { kind: 'diff', hunks: diff.hunks })
    const id = this.#idOf(path, createdText(diff.hunks))
    this.#set(path, 'read', id, id)
  }

  /** The repository's root is the folder or one above it: the first in which the file is known. */
  #inRepository(cwd: string, name: string): string {
    for (let folder = cwd; ; folder = folder.slice(0, folder.lastIndexOf('/'))) {
      const path = resolvePath(folder, name)
      if (this.#recording.pathsAt(path).includes(path)) return path
      if (!folder.includes('/')) return resolvePath(cwd, name)
    }
  }

  /** A name may be a file or a folder: for a folder all known files below it are meant. */
  #filesAt(path: string): string[] {
    const known = this.#recording.pathsAt(path)
    const below = known.filter((one) => one !== path)
    return below.length > 0 && !known.includes(path) ? below : [path]
  }

  /** Of a folder that nothing is known in, only the fact is kept, for files that are heard of later. */
  #delete(path: string, isTree: boolean): void {
    const known = this.#recording.pathsAt(path)
    if (isTree && !known.includes(path)) this.#ledger.addTree({ ...this.#next(), path, to: null })
    if (isTree && known.length === 0) return
    for (const one of this.#filesAt(path)) this.#set(one, 'delete', undefined, null)
  }

  #move(effect: Extract<Effect, { kind: 'move' | 'copy' }>): void {
    const target = effect.isInto ? `${effect.to}/${baseName(effect.from)}` : this.#moveTarget(effect)
    const isFolder = this.#isFolder(effect.from)
    if (isFolder && effect.kind === 'move') this.#ledger.addTree({ ...this.#next(), path: effect.from, to: target })
    const files = isFolder ? this.#recording.pathsAt(effect.from) : [effect.from]
    for (const from of files) {
      const to = from === effect.from ? target : target + from.slice(effect.from.length)
      this.#alter(to, 'shell', { kind: 'from', path: from })
      if (effect.kind === 'move') this.#set(from, 'delete', undefined, null)
    }
  }

  /** By the files that are known there; where there are none, by the look of the name. */
  #isFolder(path: string): boolean {
    const known = this.#recording.pathsAt(path)
    if (known.includes(path)) return false
    return known.length > 0 || !/\.\w+$/.test(baseName(path))
  }

  /** A folder that stands at the target takes the file into it. */
  #moveTarget(effect: { from: string; to: string }): string {
    const known = this.#recording.pathsAt(effect.to)
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
    const before = this.#ledger.putContent(op.before, this.#recording.contentNow(op.path) ?? null)
    this.#set(op.path, op.by, before, this.#ledger.putContent(applied.text, before))
  }

  #touched(path: string, snippets: { line: number; text: string }[]): void {
    this.#alter(path, 'outside', { kind: 'touch', cause: 'format' })
    for (const part of snippets) {
      this.#alter(path, 'outside', { kind: 'glimpse', text: part.text, startLine: part.line, totalLines: null })
    }
  }

  /** Snapshots name older backups again: those say nothing about a file that was touched since. */
  #backup(op: Extract<FileOp, { op: 'backup' }>): void {
    if (op.at !== null && this.#recording.isTouchedSince(op.path, op.at, this.#stamp)) return
    if (op.companion === null) return this.#set(op.path, 'backup', null, null)
    const id = this.#recording.companion(op.companion, this.#recording.contentNow(op.path) ?? null)
    if (id !== undefined) this.#set(op.path, 'backup', id, id)
  }

  #idOf(path: string, text: string | null | undefined): ContentId | null | undefined {
    if (text === null || text === undefined) return text
    return this.#ledger.putContent(text, this.#recording.contentNow(path) ?? null)
  }

  #set(
    path: string,
    by: VersionCause,
    before: ContentId | null | undefined,
    after: ContentId | null | undefined,
  ): void {
    this.#recording.add(path, { ...this.#next(), by, before, after, alter: null })
  }

  #alter(path: string, by: VersionCause, alter: Alteration): void {
    this.#recording.add(path, { ...this.#next(), by, before: undefined, after: undefined, alter })
  }

  /** The last moment that was given out. */
  get stamp(): Stamp {
    return this.#stamp
  }

  /** Leaves room between two operations, for versions that are found later to belong there. */
  #next(): Stamp {
    this.#stamp = { ...this.#stamp, n: this.#stamp.n + 2 }
    return this.#stamp
  }
}

/** The files that an operation names. */
function pathsOf(op: FileOp): string[] {
  if (op.op === 'opaque') return op.touches === 'anything' ? [] : op.touches
  return 'path' in op ? [op.path] : []
}
