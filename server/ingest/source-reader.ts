import { statSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { IndexWriter } from '../../db/stores/index-writer.ts'
import type { SourceStore } from '../../db/stores/source-store.ts'
import type { Source } from '../adapters/adapter.ts'
import type { KeepOutcome, KeptBlock, Vault } from '../vault/vault.ts'
import type { SeenCompaction } from './batch.ts'
import type { Hurry } from './hurry.ts'
import type { IngestReport } from './protocol.ts'
import type { Block, SessionChange, Understanding } from './understand.ts'

/** What reading works with. */
export interface ReaderParts {
  vault: Pick<Vault, 'blocks' | 'readWhole'>
  sources: SourceStore
  writer: IndexWriter
  understanding: Understanding
  /** What is read afterwards waits while it holds. */
  hurry: Hurry
  report(report: IngestReport): void
  /** A session that grows now was compacted. */
  onCompaction(sourceId: number, sessionId: string, compaction: SeenCompaction): void
}

/** A last line without line feed is read when its source has been quiet for this long, in milliseconds. */
const QUIET = 3000
/** A file that changed is written to by its agent when its time of change is this near, in milliseconds. */
const WRITTEN_NOW = 60_000
/** Rows of the backlog are committed at most this often, in milliseconds: a commit writes each page that it touched. */
const COMMIT_EVERY = 150

/** Understands what was kept, in the order in which it is told of it, and says which sessions changed. */
export class SourceReader {
  readonly #parts: ReaderParts
  readonly #pending = new Map<number, NodeJS.Timeout>()
  /** What waits for the next commit: others hear of a change when they can read it. */
  readonly #untold: IngestReport[] = []
  /** By generation: from which byte on it grew before our eyes. */
  readonly #grownFrom = new Map<number, number>()
  #committedAt = 0

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  /** Takes a block that was just kept. `isLive`: of a file that is growing now, which is told at once. */
  block(source: Source, block: KeptBlock, isLive: boolean): void {
    if (source.role === 'companion') return
    if (!isLive) this.#parts.writer.open()
    if (isLive) this.grows(block.generationId, block.grewFrom)
    this.#announce(this.#understand(source, block), source, { sourceId: block.sourceId, isLive })
  }

  /** Notes that a file grows now, from this byte on; whoever reads what comes after it tells of compactions. */
  grows(generationId: number, from: number): void {
    if (from > 0 && !this.#grownFrom.has(generationId)) this.#grownFrom.set(generationId, from)
  }

  /** Takes the end of a keeping, after its blocks: what was kept before and not read yet, and how the place stands now. */
  async kept(source: Source, outcome: KeepOutcome, isLive: boolean): Promise<void> {
    if (outcome.sourceId === 0) return
    if (source.role === 'companion') this.#takeCompanion(source, outcome, isLive)
    else if (outcome.generationId !== null) await this.#finish(source, outcome, isLive)
    if (isLive) this.commit()
  }

  /** Reads everything that the vault has of a source now, so that the index can be asked about it. */
  async catchUp(source: Source, sourceId: number): Promise<void> {
    const change = await this.#catchUpInTurns(source, sourceId, () => Promise.resolve())
    this.#announce(change, source, { sourceId, isLive: false })
  }

  /** Reads what waits for something that did not come, and commits. */
  async settle(): Promise<void> {
    for (const { source, sourceId } of this.#parts.understanding.giveUpWaiting()) await this.catchUp(source, sourceId)
    this.commit()
  }

  /** Commits, and tells what was waiting for it. Throws when the disk is full; then each source starts from its cursor. */
  commit(): void {
    const { writer, understanding, report } = this.#parts
    try {
      writer.commit()
    } catch (error) {
      understanding.forget()
      this.#untold.length = 0
      throw error
    }
    this.#committedAt = performance.now()
    for (const one of this.#untold.splice(0)) report(one)
  }

  stop(): void {
    for (const timer of this.#pending.values()) clearTimeout(timer)
    this.commit()
  }

  async #finish(source: Source, outcome: KeepOutcome, isLive: boolean): Promise<void> {
    const { sourceId } = outcome
    const change = await this.#catchUpInTurns(source, sourceId, () => this.#parts.hurry.over())
    this.#announce(change, source, { sourceId, isLive })
    this.#awaitQuiet(source, sourceId)
    for (const held of this.#parts.understanding.readable(`${source.agent}:${source.nativeId ?? ''}`)) {
      await this.catchUp(held.source, held.sourceId)
    }
    if (outcome.change === 'unchanged' && !outcome.returned) return
    const { writer, sources } = this.#parts
    for (const key of writer.sessionsIn(outcome.sourceId)) {
      const state = sources.stateOf(writer.sourcesOf(key))
      const sessionId = writer.setSourceState(key, state)
      if (sessionId !== null) this.#untold.push({ kind: 'state', sessionId, isGone: state === 'gone' })
    }
  }

  #takeCompanion(source: Source, outcome: KeepOutcome, isLive: boolean): void {
    const isNews = outcome.change === 'new' || outcome.change === 'grown' || outcome.change === 'rewritten'
    if (!isNews || (source.subagentId === null && !this.#parts.understanding.readsTitles(source))) return
    const content = this.#parts.vault.readWhole(source.path)
    if (!content) return
    const { understanding } = this.#parts
    const changes = [understanding.takeCompanion(source, content), ...understanding.takeTitles(source, content)]
    for (const change of changes) this.#announce(change, source, { sourceId: outcome.sourceId, isLive })
  }

  /** When others before a block were not read yet, these come first, from the vault. */
  #understand(source: Source, block: Block): SessionChange | null {
    const { understanding } = this.#parts
    const position = understanding.position(block.sourceId)
    const isNext = position === null ? block.offset === 0 : isAt(position, block)
    return isNext ? understanding.take(source, block) : this.#catchUp(source, block.sourceId)
  }

  /** Reads everything that the vault has of a source and the index has not. */
  #catchUp(source: Source, sourceId: number): SessionChange | null {
    const changes: SessionChange[] = []
    for (let block = this.#nextUnread(sourceId); block; block = this.#nextUnread(sourceId)) {
      const change = this.#parts.understanding.take(source, block)
      if (change) changes.push(change)
    }
    return together(changes)
  }

  /** The same, leaving others their turn after each block; blocks that they take meanwhile are not read again. */
  async #catchUpInTurns(source: Source, sourceId: number, leave: () => Promise<void>): Promise<SessionChange | null> {
    const changes: SessionChange[] = []
    for (let block = this.#nextUnread(sourceId); block; block = this.#nextUnread(sourceId)) {
      const change = this.#parts.understanding.take(source, block)
      if (change) changes.push(change)
      await turn()
      await leave()
    }
    return together(changes)
  }

  /** The next kept bytes of a source that the index lacks. */
  #nextUnread(sourceId: number): Block | null {
    const { vault, sources, understanding } = this.#parts
    if (understanding.isHeld(sourceId)) return null
    const start = understanding.position(sourceId)
    for (const generation of sources.generationsOf(sourceId)) {
      if (start && generation.id < start.generationId) continue
      const from = start?.generationId === generation.id ? start.offset : 0
      if (from >= generation.length) continue
      const next = vault.blocks(generation.id, from).next()
      return next.done ? null : next.value
    }
    return null
  }

  #awaitQuiet(source: Source, sourceId: number): void {
    clearTimeout(this.#pending.get(sourceId))
    this.#pending.delete(sourceId)
    if (!this.#parts.understanding.isWaiting(sourceId)) return
    const changedAt = statSync(source.path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    const wait = changedAt + QUIET - Date.now()
    if (wait <= 0) return this.#takePending(source, sourceId)
    const timer = setTimeout(() => {
      this.#takePending(source, sourceId)
      this.commit()
    }, wait)
    this.#pending.set(sourceId, timer)
  }

  #takePending(source: Source, sourceId: number): void {
    this.#pending.delete(sourceId)
    this.#announce(this.#parts.understanding.takePending(source, sourceId), source, { sourceId, isLive: false })
  }

  /** What is put back or changed by others than its agent keeps its old time: nobody works in such a session now. */
  #announce(
    change: SessionChange | null,
    source: Source,
    { sourceId, isLive }: { sourceId: number; isLive: boolean },
  ): void {
    for (const earlier of change?.earlier ?? []) this.#announce(earlier, source, { sourceId, isLive: false })
    if (change) {
      const { sessionId, isNew, events, secrets } = change
      const isGrowing = isLive && wasWrittenNow(source.path)
      this.#untold.push({ kind: 'session', sessionId, isNew, events, isGrowing })
      if (secrets.length > 0) this.#untold.push({ kind: 'secrets', sessionId, secrets: isGrowing ? secrets : [] })
      for (const compaction of change.compactions) {
        const from = this.#grownFrom.get(compaction.generationId)
        if (from !== undefined && compaction.offset >= from) this.#parts.onCompaction(sourceId, sessionId, compaction)
      }
    }
    if (isLive || performance.now() - this.#committedAt > COMMIT_EVERY) this.commit()
  }
}

function wasWrittenNow(path: string): boolean {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  return mtimeMs !== undefined && Math.abs(Date.now() - mtimeMs) < WRITTEN_NOW
}

/** What several readings of one source changed. */
function together(changes: readonly SessionChange[]): SessionChange | null {
  const all = changes.flatMap(({ earlier = [], ...change }) => [...earlier, change])
  const bySession = [...Map.groupBy(all, ({ sessionId }) => sessionId).values()].flatMap(ofOneSession)
  const last = bySession.pop()
  return last === undefined ? null : { ...last, earlier: bySession }
}

function ofOneSession(changes: readonly SessionChange[]): SessionChange[] {
  const last = changes.at(-1)
  if (!last) return []
  const isNew = changes.some((change) => change.isNew)
  const compactions = changes.flatMap((change) => change.compactions)
  return [{ ...last, isNew, compactions, secrets: changes.flatMap((change) => change.secrets) }]
}

function isAt(position: { generationId: number; offset: number }, block: Block): boolean {
  return position.generationId === block.generationId && position.offset === block.offset
}
