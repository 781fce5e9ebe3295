import type { EventRow, IndexWriter, SessionRow } from '../../db/stores/index-writer.ts'
import type { Adapter, LineReading, ParsedEvent, SessionFact, Source } from '../adapters/adapter.ts'
import { type Line, LineSplitter } from '../adapters/shared/line-splitter.ts'
import type { RecordedEvent } from '../code-state/recorder.ts'

/** Bytes of one generation of a source, as the vault has kept them. */
export interface Block {
  sourceId: number
  generationId: number
  offset: number
  bytes: Uint8Array
}

/** What one call of {@link Understanding.take} changed. */
export interface SessionChange {
  sessionId: string
  isNew: boolean
  events: number
  agent: string
}

/** Where code state is worked out. */
export interface CodeSink {
  /** Called when what was recorded last has been rolled back. */
  forget(): void
  record(session: { key: number; id: string }, events: RecordedEvent[]): void
}

interface Reading {
  generationId: number
  splitter: LineSplitter
}

/** How many sources may have an unfinished line in memory; the others start again from their cursor. */
const MOST_READINGS = 64
const PREVIEW_CHARACTERS = 240

/** Turns kept bytes into index rows: the only place where an adapter's readings get positions and links. */
export class Understanding {
  readonly #writer: IndexWriter
  readonly #adapters: ReadonlyMap<string, Adapter>
  readonly #code: CodeSink
  readonly #readings = new Map<number, Reading>()

  constructor(parts: { writer: IndexWriter; adapters: readonly Adapter[]; code: CodeSink }) {
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
    const reading = this.#readingFor(block)
    return this.#write(source, block.sourceId, reading, () => reading.splitter.push(block.bytes, block.offset))
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
    const tried = this.#adapter(source).readLine(pending.bytes, { source, offset: pending.offset })
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
      for (const fact of facts) applyFact(session, fact, () => false)
      this.#writer.saveSession(session)
      return { sessionId: session.id, isNew: false, events: session.events, agent: session.agent }
    })
  }

  #readingFor(block: Block): Reading {
    const held = this.#readings.get(block.sourceId)
    if (held && held.generationId === block.generationId && endOf(held) === block.offset) return held
    const cursor = this.#writer.cursor(block.sourceId)
    const isSame = cursor?.generationId === block.generationId
    const start = isSame ? { offset: cursor.offset, lineNumber: cursor.lines + 1 } : { offset: 0, lineNumber: 1 }
    if (start.offset !== block.offset) {
      throw new Error(
        `Source ${block.sourceId} was to be read from byte ${start.offset}, but byte ${block.offset} came.`,
      )
    }
    const reading = { generationId: block.generationId, splitter: new LineSplitter(start) }
    this.#readings.set(block.sourceId, reading)
    this.#forgetOldest()
    return reading
  }

  #forgetOldest(): void {
    if (this.#readings.size <= MOST_READINGS) return
    const [oldest] = this.#readings.keys()
    if (oldest !== undefined) this.#readings.delete(oldest)
  }

  #write(source: Source, sourceId: number, reading: Reading, lines: () => Iterable<Line>): SessionChange {
    try {
      return this.#writer.transaction(() => {
        const session = this.#session(source)
        const batch = new Batch(this.#writer, this.#adapter(source), session, source, sourceId, reading.generationId)
        for (const line of lines()) batch.addLine(line)
        batch.finish(this.#code)
        this.#writer.saveCursor({
          sourceId,
          sessionKey: session.key,
          generationId: reading.generationId,
          offset: reading.splitter.position.offset,
          lines: reading.splitter.position.lineNumber - 1,
        })
        const isNew = batch.isFirst
        return { sessionId: session.id, isNew, events: session.events, agent: session.agent }
      })
    } catch (error) {
      // The splitter has moved on while the rows have not: the next block starts again from the cursor.
      this.#readings.delete(sourceId)
      this.#code.forget()
      throw error
    }
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

/** The lines of one block on their way into the index. */
class Batch {
  readonly isFirst: boolean
  readonly #writer: IndexWriter
  readonly #adapter: Adapter
  readonly #session: SessionRow
  readonly #source: Source
  readonly #sourceId: number
  readonly #generationId: number
  readonly #seqs = new Map<string, number>()
  readonly #models: string[]
  readonly #recorded: RecordedEvent[] = []

  constructor(
    writer: IndexWriter,
    adapter: Adapter,
    session: SessionRow,
    source: Source,
    sourceId: number,
    generationId: number,
  ) {
    this.#writer = writer
    this.#adapter = adapter
    this.#session = session
    this.#source = source
    this.#sourceId = sourceId
    this.#generationId = generationId
    this.#models = JSON.parse(session.models) as string[]
    this.isFirst = session.events === 0
  }

  addLine(line: Line): void {
    const reading = this.#adapter.readLine(line.bytes, { source: this.#source, offset: line.offset })
    switch (reading.kind) {
      case 'blank':
        this.#session.line_blank += 1
        return
      case 'problem':
        return this.#addProblem(line, reading.reason)
      case 'bookkeeping':
        return this.#addBookkeeping(reading)
      case 'events':
        return this.#addEvents(line, reading)
    }
  }

  #apply(fact: SessionFact): void {
    applyFact(this.#session, fact, (id) => this.#writer.findSeq(this.#session.key, id) !== null)
  }

  finish(code: CodeSink): void {
    const session = this.#session
    session.models = JSON.stringify(this.#models)
    session.active_at = session.ended_at ?? session.active_at
    this.#writer.saveSession(session)
    code.record({ key: session.key, id: session.id }, this.#recorded)
  }

  #addProblem(line: Line, reason: string): void {
    this.#session.line_problems += 1
    this.#writer.addProblem({
      generationId: this.#generationId,
      offset: line.offset,
      sessionKey: this.#session.key,
      sourceId: this.#sourceId,
      line: line.number,
      length: line.bytes.length,
      reason,
    })
  }

  #addBookkeeping(reading: Extract<LineReading, { kind: 'bookkeeping' }>): void {
    const session = this.#session
    session.line_bookkeeping += 1
    for (const fact of reading.facts) this.#apply(fact)
    if (reading.unknownKind !== null) this.#writer.countUnknown(session.agent, reading.unknownKind)
    if (reading.fileOps.length > 0) {
      this.#recorded.push({
        id: null,
        seq: Math.max(0, session.events - 1),
        at: session.ended_at,
        callId: null,
        isError: false,
        isResult: false,
        ops: reading.fileOps,
      })
    }
  }

  #addEvents(line: Line, reading: Extract<LineReading, { kind: 'events' }>): void {
    let isRepeat = true
    let part = 0
    for (const event of reading.events) {
      if (this.#addEvent(line, event, part)) isRepeat = false
      part += 1
    }
    for (const fact of reading.facts) this.#apply(fact)
    if (isRepeat) this.#session.line_bookkeeping += 1
    else this.#session.line_events += 1
  }

  /** Returns false when the session has the event already. */
  #addEvent(line: Line, event: ParsedEvent, part: number): boolean {
    const session = this.#session
    const seq = session.events
    const parentSeq = this.#parentSeq(event)
    const row = rowOf(event, { parentSeq, part, generationId: this.#generationId, line })
    if (event.kind === 'compaction') row.contextUsed = event.compaction?.postTokens ?? null
    if (!this.#writer.addEvent(session.key, seq, row)) {
      if (event.usage) this.#addUsage(event, seq)
      return false
    }
    session.events += 1
    this.#seqs.set(event.id, seq)
    this.#findRewind(event, parentSeq, seq)
    if (!event.isSidechain) session.last_chain_seq = seq
    if (seq === 0) session.fork_of_id = this.#writer.findOtherSession(event.id, session.key)?.id ?? null
    this.#count(event, seq)
    if (event.usage) this.#addUsage(event, seq)
    if (event.fileOps.length > 0 || event.result) {
      this.#recorded.push({
        id: event.id,
        seq,
        at: event.at,
        callId: event.tool?.id ?? event.result?.callId ?? null,
        isError: event.result?.isError ?? false,
        isResult: event.result !== null,
        ops: event.fileOps,
      })
    }
    return true
  }

  /** A parent that is not here is bridged by the record before; the first record and side chains may have none. */
  #parentSeq(event: ParsedEvent): number | null {
    const named = event.parentId ?? event.logicalParentId
    const found = named === null ? undefined : (this.#seqs.get(named) ?? this.#writer.findSeq(this.#session.key, named))
    return found ?? (event.isSidechain ? null : this.#session.last_chain_seq)
  }

  /** A prompt that hangs on an earlier record than the newest leaves what stands between on a branch of its own. */
  #findRewind(event: ParsedEvent, parentSeq: number | null, seq: number): void {
    const session = this.#session
    const isCandidate = event.kind === 'prompt' && !event.isQueued && !event.isSidechain && parentSeq !== null
    if (!isCandidate || session.last_chain_seq === null || parentSeq >= session.last_chain_seq) return
    if (this.#writer.markBranch(session.key, parentSeq, seq, session.branches + 1)) session.branches += 1
  }

  #count(event: ParsedEvent, seq: number): void {
    const session = this.#session
    if (event.at !== null) {
      session.started_at = Math.min(session.started_at ?? event.at, event.at)
      session.ended_at = Math.max(session.ended_at ?? event.at, event.at)
    }
    if (event.kind === 'prompt' && !event.isSidechain) session.prompts += 1
    if (event.kind === 'tool_call') session.tool_calls += 1
    if (event.kind === 'tool_result' && event.result?.isError) session.errors += 1
    if (event.kind === 'compaction') {
      session.compactions += 1
      const { preTokens, postTokens } = event.compaction ?? { preTokens: null, postTokens: null }
      this.#writer.addCompaction(session.key, seq, preTokens, postTokens)
      if (postTokens !== null) session.context_used = postTokens
    }
    for (const change of event.changes) {
      session.lines_added += change.added
      session.lines_removed += change.removed
      session.files_changed += this.#writer.addChange(session.key, seq, change)
    }
  }

  #addUsage(event: ParsedEvent, seq: number): void {
    const { usage } = event
    if (!usage) return
    const session = this.#session
    if (!this.#models.includes(usage.model)) this.#models.push(usage.model)
    if (!usage.isSidechain || session.parent_id !== null) {
      session.context_used = usage.contextUsed
      session.context_window = this.#adapter.contextWindow(usage.model, usage.contextUsed)
    }
    this.#writer.addUsage(session.key, seq, {
      key: usage.key,
      messageId: usage.messageId,
      isSidechain: usage.isSidechain,
      at: event.at,
      model: usage.model,
      input: usage.tokens.input,
      output: usage.tokens.output,
      cacheRead: usage.tokens.cacheRead,
      cacheWrite: usage.tokens.cacheWrite,
      costUsd: this.#adapter.costOf(usage),
    })
  }
}

function rowOf(
  event: ParsedEvent,
  place: { parentSeq: number | null; part: number; generationId: number; line: Line },
): EventRow {
  const text = event.tool ? event.tool.summary : event.text
  return {
    id: event.id,
    at: event.at,
    kind: event.kind,
    parentSeq: place.parentSeq,
    generationId: place.generationId,
    offset: place.line.offset,
    length: place.line.bytes.length,
    part: place.part,
    preview: text === null ? null : text.slice(0, PREVIEW_CHARACTERS).toWellFormed(),
    callId: event.tool?.id ?? event.result?.callId ?? null,
    toolName: event.tool?.name ?? null,
    isError: event.result?.isError ?? false,
    isCommit: event.result?.isCommit ?? false,
    subagentId: event.tool?.subagentId ?? event.result?.subagentId ?? null,
    contextUsed: event.usage?.isSidechain ? null : (event.usage?.contextUsed ?? null),
    isSidechain: event.isSidechain,
  }
}

function applyFact(session: SessionRow, fact: SessionFact, hasEvent: (id: string) => boolean): void {
  switch (fact.kind) {
    case 'title':
      if (fact.rank < session.title_rank) return
      if (fact.leafId !== undefined && !hasEvent(fact.leafId)) return
      session.title = fact.text
      session.title_rank = fact.rank
      return
    case 'cwd':
      if (fact.isProject) session.project_path = fact.path
      else session.project_path ??= fact.path
      return
    case 'git-branch':
      session.git_branch = fact.name
      return
    case 'version':
      session.version = fact.text
      return
    case 'context-window':
      session.context_window = fact.tokens
      return
    case 'subagent':
      session.subagent_type = fact.agentType ?? session.subagent_type
      session.subagent_description = fact.description ?? session.subagent_description
      session.parent_call_id = fact.toolUseId ?? session.parent_call_id
      return
    case 'first-prompt':
      session.first_prompt ??= fact.text.slice(0, PREVIEW_CHARACTERS)
      return
    case 'parent':
      session.parent_id = `${session.agent}:${fact.nativeId}`
      return
    case 'leaf':
      return
  }
}
