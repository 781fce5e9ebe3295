import type { IndexWriter, SessionRow } from '../../db/stores/index-writer.ts'
import { supersedes, type UsageRow } from '../../db/stores/usage-writer.ts'
import type {
  Adapter,
  LineContext,
  LineReading,
  ParsedEvent,
  SessionFact,
  SessionSoFar,
  Source,
} from '../adapters/adapter.ts'
import type { Line } from '../adapters/shared/line-splitter.ts'
import type { RecordedEvent } from '../code-state/recorder.ts'
import { rowOf } from './event-row.ts'
import { applyFact } from './facts.ts'
import { takeOver } from './take-over.ts'
import type { LineReview, Outlook, SecretFinder, SeenSecret } from './line-review.ts'
import { soFar } from './so-far.ts'

/** Where code state is worked out. */
export interface CodeSink {
  /** Called when what was recorded last has been rolled back. */
  forget(): void
  record(session: { key: number; id: string }, events: RecordedEvent[]): void
}

/** A compaction that was read for the first time. */
export interface SeenCompaction {
  generationId: number
  /** Where its line begins: what stands before is what the agent had until then. */
  offset: number
  trigger: 'manual' | 'auto' | 'unknown'
  preTokens: number | null
}

/** What reading some lines of a session changed. */
export interface SessionChange {
  sessionId: string
  isNew: boolean
  events: number
  compactions: SeenCompaction[]
  /** Secrets that the session was not known to hold. */
  secrets: SeenSecret[]
  /** Of other sessions in the same source, which end before this one begins. */
  earlier?: SessionChange[]
}

/** The lines of one block on their way into the index. */
export class Batch {
  readonly compactions: SeenCompaction[] = []
  /** Secrets that the session was not known to hold. */
  readonly secrets: SeenSecret[] = []
  readonly isFirst: boolean
  readonly #writer: IndexWriter
  readonly #adapter: Adapter
  readonly #session: SessionRow
  readonly #source: Source
  readonly #sourceId: number
  readonly #generationId: number
  readonly #seqs = new Map<string, number>()
  readonly #recorded: RecordedEvent[] = []
  readonly #usages = new Map<string, { seq: number; row: UsageRow }>()
  readonly #finder: SecretFinder
  readonly #soFar: SessionSoFar
  #unchecked = 0
  #memory: unknown
  /** As it was before the first line: secrets and patterns that come later may stand in lines before. */
  readonly #outlook: Outlook

  constructor(parts: {
    writer: IndexWriter
    adapter: Adapter
    session: SessionRow
    source: Source
    sourceId: number
    generationId: number
    finder: SecretFinder
    memory: unknown
  }) {
    this.#memory = parts.memory
    this.#finder = parts.finder
    this.#outlook = parts.finder.outlook()
    this.#writer = parts.writer
    this.#adapter = parts.adapter
    this.#session = parts.session
    this.#source = parts.source
    this.#sourceId = parts.sourceId
    this.#generationId = parts.generationId
    this.isFirst = parts.session.events === 0
    this.#soFar = soFar(parts)
  }

  get sessionKey(): number {
    return this.#session.key
  }

  /** What the adapter wants to know of these lines when it reads the next one. */
  get memory(): unknown {
    return this.#memory
  }

  addLine(line: Line): void {
    const review = this.#finder.review()
    const reading = this.#adapter.readLine(line.bytes, {
      source: this.#source,
      offset: line.offset,
      review,
      ...this.#known,
    })
    if (reading.kind === 'problem') review.lookAt(line.bytes)
    const seq = this.#session.events
    const { memory = this.#memory } = reading
    this.#take(line, review.isMasked ? this.#withTrueFiles(line, reading) : reading)
    this.#memory = memory
    this.#noteSecrets(line, review, seq)
  }

  get #known(): Pick<LineContext, 'projectPath' | 'session' | 'memory'> {
    return { projectPath: this.#session.project_path, session: this.#soFar, memory: this.#memory }
  }

  /** What files held is followed by the bytes that stood in them; they are masked where they are stored. */
  #withTrueFiles(line: Line, masked: LineReading): LineReading {
    const plain = this.#adapter.readLine(line.bytes, { source: this.#source, offset: line.offset, ...this.#known })
    if (masked.kind === 'bookkeeping' && plain.kind === 'bookkeeping') return { ...masked, fileOps: plain.fileOps }
    if (masked.kind !== 'events' || plain.kind !== 'events' || masked.events.length !== plain.events.length)
      return masked
    const events = masked.events.map((event, part) => ({ ...event, fileOps: plain.events[part]?.fileOps ?? [] }))
    return { ...masked, events }
  }

  #noteSecrets(line: Line, review: LineReview, seq: number): void {
    this.#unchecked += review.unchecked
    const hasEvent = this.#session.events > seq
    const seen = review.finish({
      sessionKey: this.#session.key,
      generationId: this.#generationId,
      offset: line.offset,
      length: line.bytes.length,
      seq: hasEvent ? seq : null,
      at: this.#session.ended_at,
    })
    this.secrets.push(...seen)
  }

  #take(line: Line, reading: LineReading): void {
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

  /** Most answers are several records in a row: only the best of them goes to the database. */
  #noteUsage(seq: number, row: UsageRow): void {
    const noted = this.#usages.get(row.key)
    if (!noted) this.#usages.set(row.key, { seq, row })
    else if (supersedes(row, noted.row)) noted.row = row
  }

  #apply(fact: SessionFact): void {
    if (fact.kind === 'rewind') return this.#rewind(fact)
    if (fact.kind === 'rolled-back') return this.#rollBack(fact.prompts)
    if (fact.kind === 'continues') return this.#continue(fact)
    applyFact(this.#session, fact, (id) => this.#writer.findSeq(this.#session.key, id) !== null)
  }

  /** Leaves what was said after the event, or from it on, on a branch of its own. */
  #rewind({ id, keeps }: Extract<SessionFact, { kind: 'rewind' }>): void {
    const session = this.#session
    const seq = this.#seqs.get(id) ?? this.#writer.findSeq(session.key, id)
    if (seq === null && keeps) return
    this.#leaveAfter(seq === null ? -1 : keeps ? seq : seq - 1)
  }

  /** Takes over what came before the first line of a file, as far as it is known. */
  #continue({ nativeId, byte }: Extract<SessionFact, { kind: 'continues' }>): void {
    const session = this.#session
    const base = this.#writer.findSession(`${session.agent}:${nativeId}`)
    const last = base === null ? null : this.#writer.lastBefore(base.key, byte)
    if (base === null || last === null) return
    if (base.key === session.key) return this.#leaveAfter(last)
    if (session.events === 0) takeOver(this.#writer, { base, session, last })
  }

  #rollBack(prompts: number): void {
    const seq = this.#writer.promptFromEnd(this.#session.key, prompts)
    if (seq !== null) this.#leaveAfter(seq - 1)
  }

  /** What came after the event stands on a branch from now on. */
  #leaveAfter(last: number): void {
    const session = this.#session
    if (!this.#writer.markBranch(session.key, last, session.events, session.branches + 1)) return
    session.branches += 1
    session.last_chain_seq = this.#writer.lastOnPath(session.key, last)
  }

  /** Saves what was read, and says what changed. */
  finish(code: CodeSink): SessionChange {
    const session = this.#session
    for (const { seq, row } of this.#usages.values()) this.#writer.usages.add(session.key, seq, row)
    session.active_at = session.ended_at ?? session.active_at
    this.#writer.saveSession(session)
    this.#finder.noteScan({
      ...this.#outlook,
      generationId: this.#generationId,
      sessionKey: session.key,
      unchecked: this.#unchecked,
    })
    code.record({ key: session.key, id: session.id }, this.#recorded)
    const { compactions, secrets, isFirst: isNew } = this
    return { sessionId: session.id, isNew, events: session.events, compactions, secrets }
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
    if (reading.doubt !== undefined) this.#addProblem(line, reading.doubt)
    else if (isRepeat) this.#session.line_bookkeeping += 1
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
      if (event.supersedes) this.#writer.replaceEvent(session.key, row)
      if (event.usage) this.#addUsage(event, this.#seqs.get(event.id) ?? seq)
      return false
    }
    session.events += 1
    this.#seqs.set(event.id, seq)
    this.#findRewind(event, parentSeq, seq)
    if (!event.isSidechain) session.last_chain_seq = seq
    if (seq === 0) {
      session.first_event_id = event.id
      session.fork_of_id ??= this.#writer.findOrigin(event.id, session.key)
    }
    this.#count(event, seq)
    if (event.kind === 'compaction') this.#noteCompaction(event, line)
    if (event.usage) this.#addUsage(event, seq)
    if (event.fileOps.length > 0 || event.result) {
      this.#recorded.push({
        id: event.id,
        seq,
        // The latest time so far: in a session its own order counts, also where its clocks disagree by a millisecond.
        at: session.ended_at,
        callId: event.tool?.id ?? event.result?.callId ?? null,
        isError: event.result?.isError ?? false,
        isResult: event.result !== null,
        ops: event.fileOps,
      })
    }
    return true
  }

  #noteCompaction({ compaction }: ParsedEvent, { offset }: Line): void {
    const { trigger = 'unknown', preTokens = null } = compaction ?? {}
    this.compactions.push({ generationId: this.#generationId, offset, trigger, preTokens })
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
    const models = JSON.parse(session.models) as string[]
    if (!models.includes(usage.model)) session.models = JSON.stringify([...models, usage.model])
    if (!usage.isSidechain || session.parent_id !== null) {
      session.context_used = usage.contextUsed
      session.context_window = this.#adapter.contextWindow(usage.model, usage.contextUsed)
    }
    this.#noteUsage(seq, {
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
