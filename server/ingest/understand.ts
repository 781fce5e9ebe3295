import type { IndexWriter, SessionRow } from '../../db/stores/index-writer.ts'
import type { Adapter, SessionFact, Source, Splitter, StatedTitle } from '../adapters/adapter.ts'
import { isShared } from '../adapters/shared/is-shared.ts'
import type { Line } from '../adapters/shared/line-splitter.ts'
import { splitterOf } from '../adapters/shared/splitter-of.ts'
import { Batch, type CodeSink, type SessionChange } from './batch.ts'
import { applyFact } from './facts.ts'
import type { SecretFinder } from './line-review.ts'

export type { SessionChange } from './batch.ts'

/** Bytes of one generation of a source, as the vault has kept them. */
export interface Block {
  sourceId: number
  generationId: number
  offset: number
  bytes: Uint8Array
}

/** A source that is read when another session was read up to a byte. */
export interface HeldSource {
  source: Source
  sourceId: number
  baseId: string
  byte: number
}

interface Reading {
  generationId: number
  splitter: Splitter
  /** Of the adapter, from the lines so far. */
  memory: unknown
}

/** How many sources may have an unfinished line in memory; the others start again from their cursor. */
const MOST_READINGS = 64

/** Turns kept bytes into index rows: the only place where an adapter's readings get positions and links. */
export class Understanding {
  readonly #writer: IndexWriter
  readonly #adapters: ReadonlyMap<string, Adapter>
  readonly #code: CodeSink
  readonly #finder: SecretFinder
  readonly #readings = new Map<number, Reading>()
  /** Sources that go on where another one was, which has not been read that far. */
  readonly #held = new Map<number, HeldSource>()
  /** Those that are read nevertheless. */
  readonly #letGo = new Set<number>()

  constructor(parts: { writer: IndexWriter; adapters: readonly Adapter[]; code: CodeSink; finder: SecretFinder }) {
    this.#finder = parts.finder
    this.#writer = parts.writer
    this.#adapters = new Map(parts.adapters.map((adapter) => [adapter.id, adapter]))
    this.#code = parts.code
  }

  /** Says from which byte on a source's bytes have to be given to {@link take}. */
  position(sourceId: number): { generationId: number; offset: number } | null {
    const reading = this.#readings.get(sourceId)
    if (reading) return { generationId: reading.generationId, offset: endOf(reading) }
    return this.#writer.cursor(sourceId)
  }

  /** Reads one block that follows on the one before it. One transaction: rows and cursor stand together or not at all. */
  take(source: Source, block: Block): SessionChange | null {
    if (this.isHeld(block.sourceId)) return null
    const reading = this.#readingFor(source, block)
    const lines = reading.splitter.push(block.bytes, block.offset)
    if (this.#mustWait(source, block.sourceId, lines[0])) return null
    return this.#write(source, block.sourceId, reading, () => lines)
  }

  /** True while a source waits for another one, in which its beginning stands. */
  isHeld(sourceId: number): boolean {
    const held = this.#held.get(sourceId)
    if (held === undefined || !this.#isReady(held)) return held !== undefined
    this.#held.delete(sourceId)
    return false
  }

  /** Sources that need not wait any longer, because of what was read of this session. */
  readable(sessionId: string): HeldSource[] {
    const { size } = this.#held
    if (size === 0) return []
    return [...this.#held.values()].filter((held) => held.baseId === sessionId && this.#isReady(held))
  }

  /** All sources that wait still: what they wait for is not there. From now on they are read without it. */
  giveUpWaiting(): HeldSource[] {
    const waiting = [...this.#held.values()]
    for (const { sourceId } of waiting) this.#letGo.add(sourceId)
    this.#held.clear()
    return waiting
  }

  #isReady({ baseId, byte, sourceId }: HeldSource): boolean {
    const base = this.#writer.findSession(baseId)
    return base !== null && this.#writer.hasRead(base.key, byte, sourceId)
  }

  /** A first line may say that more comes before it, in another file. Then that has to be read first. */
  #mustWait(source: Source, sourceId: number, line: Line | undefined): boolean {
    const isFirst = line?.offset === 0 && !this.#letGo.has(sourceId)
    if (!isFirst || line === undefined) return false
    const read = this.#adapter(source).readLine(line.bytes, { source, offset: 0 })
    const facts = 'facts' in read ? read.facts : []
    const fact = facts.find((one) => one.kind === 'continues')
    if (fact === undefined) return false
    const held = { source, sourceId, baseId: `${source.agent}:${fact.nativeId}`, byte: fact.byte }
    if (this.#isReady(held)) return false
    this.#held.set(sourceId, held)
    this.#readings.delete(sourceId)
    return true
  }

  /** True while the last line of a source has no line feed. */
  isWaiting(sourceId: number): boolean {
    return (this.#readings.get(sourceId)?.splitter.waitingBytes ?? 0) > 0
  }

  /** Reads a last line without line feed, once its source has been quiet; a torn one goes on waiting. */
  takePending(source: Source, sourceId: number): SessionChange | null {
    const reading = this.#readings.get(sourceId)
    if (!reading) return null
    const pending = reading.splitter.peek()
    if (!pending) return null
    const { memory } = reading
    const tried = this.#adapter(source).readLine(pending.bytes, { source, offset: pending.offset, memory })
    if (tried.kind === 'problem' || tried.kind === 'blank') return null
    return this.#write(source, sourceId, reading, () => {
      const line = reading.splitter.flush()
      return line ? [line] : []
    })
  }

  /** Takes over facts that a companion file states about its session. */
  takeCompanion(source: Source, content: Uint8Array): SessionChange | null {
    const adapter = this.#adapter(source)
    if (!adapter.readCompanion || source.nativeId === null || source.subagentId === null) return null
    const facts = adapter.readCompanion(source, content)
    if (facts.length === 0) return null
    return this.#writer.transaction(() => {
      const session = this.#session(source)
      for (const fact of facts) applyFact(session, this.#masked(fact), () => false)
      this.#writer.saveSession(session)
      return { sessionId: session.id, isNew: false, events: session.events, compactions: [], secrets: [] }
    })
  }

  /** Says whether a companion file could name sessions. */
  readsTitles(source: Source): boolean {
    return this.#adapter(source).titles?.isIn(source) ?? false
  }

  /** Takes over names that a companion file states of sessions; those that are not known are left out. */
  takeTitles(source: Source, content: Uint8Array): SessionChange[] {
    const { titles: list } = this.#adapter(source)
    const titles = list?.isIn(source) ? list.read(content) : []
    return this.#writer.transaction(() => titles.flatMap((title) => this.#entitle(source.agent, title)))
  }

  #entitle(agent: string, { nativeId, rank, text }: StatedTitle): SessionChange[] {
    const session = this.#writer.findSession(`${agent}:${nativeId}`)
    const title = this.#finder.maskText(text)
    if (session === null || session.title === title) return []
    applyFact(session, { kind: 'title', rank, text: title }, () => false)
    this.#writer.saveSession(session)
    return [{ sessionId: session.id, isNew: false, events: session.events, compactions: [], secrets: [] }]
  }

  /** Starts every source again from its cursor; called when a commit failed and rows of several blocks are gone. */
  forget(): void {
    this.#readings.clear()
    this.#code.forget()
  }

  #readingFor(source: Source, block: Block): Reading {
    const held = this.#readings.get(block.sourceId)
    if (held && held.generationId === block.generationId && endOf(held) === block.offset) {
      // The one that was used last is forgotten last.
      this.#readings.delete(block.sourceId)
      this.#readings.set(block.sourceId, held)
      return held
    }
    const cursor = this.#writer.cursor(block.sourceId)
    const isSame = cursor?.generationId === block.generationId
    const start = isSame ? { offset: cursor.offset, lineNumber: cursor.lines + 1 } : { offset: 0, lineNumber: 1 }
    if (start.offset !== block.offset) {
      throw new Error(
        `Source ${block.sourceId} was to be read from byte ${start.offset}, but byte ${block.offset} came.`,
      )
    }
    const reading = {
      generationId: block.generationId,
      splitter: splitterOf(this.#adapter(source), source, start),
      memory: isSame && cursor.memory !== null ? (JSON.parse(cursor.memory) as unknown) : undefined,
    }
    this.#readings.set(block.sourceId, reading)
    this.#forgetOldest()
    return reading
  }

  #forgetOldest(): void {
    if (this.#readings.size <= MOST_READINGS) return
    const [oldest] = this.#readings.keys()
    if (oldest !== undefined) this.#readings.delete(oldest)
  }

  #write(source: Source, sourceId: number, reading: Reading, lines: () => Iterable<Line>): SessionChange | null {
    try {
      return this.#writer.transaction(() => {
        const changes: SessionChange[] = []
        let batch = this.#goOn(source, sourceId, reading)
        const end = (): void => {
          if (batch) changes.push(batch.finish(this.#code))
        }
        for (const line of lines()) {
          const nativeId = this.#begins(source, line)
          if (nativeId !== null) {
            end()
            batch = this.#beginShared(source, sourceId, { reading, nativeId })
          }
          batch ??= this.#batch(source, sourceId, { reading, session: this.#session(source) })
          batch.addLine(line)
        }
        end()
        this.#writer.saveCursor({
          sourceId,
          sessionKey: batch?.sessionKey ?? null,
          generationId: reading.generationId,
          offset: reading.splitter.position.offset,
          lines: reading.splitter.position.lineNumber - 1,
          memory: batch?.memory === undefined ? null : JSON.stringify(batch.memory),
        })
        reading.memory = batch?.memory
        const last = changes.pop()
        return last === undefined ? null : changes.length === 0 ? last : { ...last, earlier: changes }
      })
    } catch (error) {
      // The splitter has moved on while the rows have not: the next block starts again from the cursor.
      this.#readings.delete(sourceId)
      this.#code.forget()
      throw error
    }
  }

  /** Of a source that sessions share, the one that was read last goes on. */
  #goOn(source: Source, sourceId: number, reading: Reading): Batch | null {
    if (!isShared(this.#adapter(source), source))
      return this.#batch(source, sourceId, { reading, session: this.#session(source) })
    const cursor = this.#writer.cursor(sourceId)
    const isSame = cursor?.generationId === reading.generationId && cursor.sessionKey !== null
    const session = isSame && cursor.sessionKey !== null ? this.#writer.sessionByKey(cursor.sessionKey) : null
    return session && this.#batch(source, sourceId, { reading, session })
  }

  #begins(source: Source, line: Line): string | null {
    if (!isShared(this.#adapter(source), source)) return null
    return this.#adapter(source).sessionAt?.(line.bytes, { source, offset: line.offset }) ?? null
  }

  #beginShared(source: Source, sourceId: number, run: { reading: Reading; nativeId: string }): Batch {
    const session = this.#session({ ...source, nativeId: run.nativeId })
    this.#writer.share(sourceId, session.key)
    return this.#batch(source, sourceId, { reading: run.reading, session })
  }

  #batch(source: Source, sourceId: number, { reading, session }: { reading: Reading; session: SessionRow }): Batch {
    return new Batch({
      writer: this.#writer,
      adapter: this.#adapter(source),
      session,
      source,
      sourceId,
      generationId: reading.generationId,
      finder: this.#finder,
      memory: reading.memory,
    })
  }

  #masked(fact: SessionFact): SessionFact {
    if (fact.kind !== 'subagent' || fact.description === null) return fact
    return { ...fact, description: this.#finder.maskText(fact.description) }
  }

  #session(source: Source): SessionRow {
    const { agent, subagentId } = source
    if (subagentId !== null && source.nativeId === null) {
      // Old versions say only inside the file whose sub-agent it is: a fact names the parent.
      return this.#writer.session({ id: `${agent}:agent-${subagentId}`, agent, nativeId: subagentId, parentId: null })
    }
    const nativeId = source.nativeId ?? source.path
    const mainId = `${agent}:${nativeId}`
    if (subagentId === null) return this.#writer.session({ id: mainId, agent, nativeId, parentId: null })
    return this.#writer.session({
      id: `${mainId}:${subagentId}`,
      agent,
      nativeId: subagentId,
      parentId: mainId,
    })
  }

  #adapter(source: Source): Adapter {
    const adapter = this.#adapters.get(source.agent)
    if (!adapter) throw new Error(`There is no adapter “${source.agent}”.`)
    return adapter
  }
}

/** The byte that has to come next. */
function endOf(reading: Reading): number {
  return reading.splitter.position.offset + reading.splitter.waitingBytes
}
