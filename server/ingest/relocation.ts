import type { Sqlite } from '../../db/client.ts'
import type { PlacedEvent, RelocationStore } from '../../db/stores/relocation-store.ts'
import { RemaskStore } from '../../db/stores/remask-store.ts'
import type { AgentSource, SourceStore } from '../../db/stores/source-store.ts'
import type { Adapter } from '../adapters/adapter.ts'
import type { Line } from '../adapters/shared/line-splitter.ts'
import { KnownValues } from '../redaction/known-values.ts'
import type { LineRedactor } from '../redaction/line-redactor.ts'
import { replaceHits } from '../redaction/replace.ts'
import type { Scanner } from '../redaction/scanner.ts'
import type { Vault } from '../vault/vault.ts'
import { previewOf } from './event-row.ts'
import type { KnownSecrets } from './known-secrets.ts'
import { linePairs, partPairs, type Sides } from './line-pairs.ts'
import type { SecretFinder } from './line-review.ts'
import type { SplitterFor } from './pieces-of.ts'

/** What moving rows works with. */
export interface RelocationParts {
  vault: Pick<Vault, 'blocks' | 'readRange'>
  splitterFor: SplitterFor
  sources: SourceStore
  adapters: readonly Adapter[]
  rows: RelocationStore
  indexDb: Sqlite
  finder: SecretFinder
  scanner: Scanner
  secrets: KnownSecrets
}

/** A generation whose bytes change: where both lie while its rows are moved. */
export interface Change extends Sides {
  generationId: number
  sourceId: number
}

/** A session whose rows were moved. */
export interface MovedSession {
  key: number
  id: string
}

/**
 * Lets the index follow when lines of a generation became others, each in its place: where lines stand, what they show,
 * and which secrets they hold. The caller holds the transaction.
 */
export class Relocation {
  readonly #parts: RelocationParts

  constructor(parts: RelocationParts) {
    this.#parts = parts
  }

  /** `redactor` says which values went; null when lines became again what they were. Returns the sessions that changed. */
  follow(changes: readonly Change[], redactor: LineRedactor | null): MovedSession[] {
    const gone = new Map<string, string>()
    const sessions = new Map<number, MovedSession>()
    for (const change of changes) {
      const source = this.#parts.sources.ofGeneration(change.generationId)
      if (!source) continue
      const here = this.#parts.rows.sessionsOf(change.sourceId)
      for (const session of here) sessions.set(session.key, session)
      if (redactor) this.#collect(change, source, redactor, gone)
      if (source.role !== 'companion') this.#moveRows(change, source, here)
    }
    if (gone.size > 0) for (const { key } of sessions.values()) this.#maskTexts(key, gone)
    return [...sessions.values()]
  }

  #collect(change: Change, source: AgentSource, redactor: LineRedactor, gone: Map<string, string>): void {
    for (const { old, now } of partPairs(this.#parts, source, change)) {
      if (Buffer.compare(old, now) === 0) continue
      for (const { finding, isTakenOut } of redactor.redact(old).hits) {
        if (isTakenOut) gone.set(finding.value, this.#parts.secrets.markFor(finding.value))
      }
    }
  }

  #moveRows(change: Change, source: AgentSource, sessions: readonly MovedSession[]): void {
    const { rows } = this.#parts
    const { generationId, sourceId } = change
    const all = sessions.flatMap(({ key }) => rows.events(key, generationId))
    const events = Map.groupBy(all, ({ offset }) => offset)
    const places = Map.groupBy(rows.places(generationId), ({ offset }) => offset)
    const problems = new Map(rows.takeProblems(generationId).map((problem) => [problem.offset, problem]))
    const cursor = rows.cursor(sourceId, generationId)
    for (const { old, now, isChanged } of linePairs(this.#parts, source, change)) {
      if (cursor === old.offset) rows.moveCursor(sourceId, now.offset)
      if (cursor === old.offset + old.size) rows.moveCursor(sourceId, now.offset + now.size)
      const problem = problems.get(old.offset)
      if (problem) rows.addProblem(generationId, { ...problem, offset: now.offset, length: now.bytes.length })
      if (!isChanged && now.offset === old.offset) continue
      const here = events.get(old.offset) ?? []
      const stood = places.get(old.offset) ?? []
      const to = { offset: now.offset, length: now.bytes.length }
      for (const { sessionKey, seq } of here) rows.moveEvent(sessionKey, seq, to)
      for (const { id } of stood) {
        if (isChanged) rows.dropPlace(id)
        else rows.movePlace(id, now.offset, now.bytes.length)
      }
      const sessionKey = here[0]?.sessionKey ?? stood[0]?.sessionKey ?? sessions[0]?.key
      if (isChanged && sessionKey !== undefined)
        this.#readAgain(now, source, { sessionKey, generationId, events: here })
    }
  }

  /** What is left in a changed line, and what its events show now. */
  #readAgain(
    now: Line,
    source: AgentSource,
    { sessionKey, generationId, events }: { sessionKey: number; generationId: number; events: PlacedEvent[] },
  ): void {
    const { adapters, finder, indexDb, secrets } = this.#parts
    const adapter = adapters.find(({ id }) => id === source.agent)
    if (!adapter) return
    const review = finder.review()
    const context = { source: { ...source, agent: adapter.id }, offset: now.offset, review }
    const reading = adapter.readLine(now.bytes, context)
    if (reading.kind === 'problem') review.lookAt(now.bytes)
    const [first] = events
    const line = { generationId, sessionKey, offset: now.offset, length: now.bytes.length }
    review.finish({ ...line, seq: first?.seq ?? null, at: first?.at ?? null })
    if (reading.kind !== 'events') return
    const rows = new RemaskStore(indexDb, secrets)
    for (const { seq, part } of events) {
      const event = reading.events[part]
      if (event) rows.setPreview(sessionKey, seq, previewOf(event))
    }
  }

  /** Titles, contents of files and what changed them hold texts of lines: the same values go from them. */
  #maskTexts(sessionKey: number, gone: ReadonlyMap<string, string>): void {
    const { indexDb, scanner } = this.#parts
    const known = new KnownValues()
    for (const value of gone.keys()) known.add(value, { kind: 'gone', provider: null, tier: 'likely' })
    const mask = (text: string) => {
      const hits = scanner.scanText(text, { known }).findings.filter(({ value }) => gone.has(value))
      return replaceHits(text, hits, ({ value }) => gone.get(value) ?? '[REDACTED]')
    }
    const rows = new RemaskStore(indexDb, { mask, unmask: (text) => text })
    rows.session(sessionKey)
    rows.alterations(sessionKey)
    for (const id of rows.contentsAround(sessionKey)) rows.content(id)
  }
}
