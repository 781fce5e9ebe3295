import type { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import type { SeenCompaction } from './batch.ts'
import type { IngestReport, SnapshotRequest } from './protocol.ts'
import type { SnapshotTaker } from './snapshot-taker.ts'

/** What automatic snapshots work with. */
export interface AutomaticParts {
  taker: SnapshotTaker
  snapshots: SnapshotStore
  report(report: IngestReport): void
  /** True while nothing was ever kept: then there is nothing to name. */
  isEmpty(): boolean
  now?: () => Date
}

const EVERYTHING = { all: true } as const

/** Takes the snapshots that nobody asks for: right before a compaction, and once a day when something changed. */
export class AutomaticSnapshots {
  readonly #parts: AutomaticParts
  readonly #working = new Set<Promise<void>>()
  #isChanged = true
  /** The day for which there is one. */
  #day: string | null = null

  constructor(parts: AutomaticParts) {
    this.#parts = parts
  }

  somethingChanged(): void {
    this.#isChanged = true
  }

  /** Called when everything is read: the first time of a day at which something is new, all is named. */
  async idle(): Promise<void> {
    const today = dayOf(this.#now())
    if (!this.#isChanged || this.#day === today || this.#parts.isEmpty()) return
    this.#isChanged = false
    const last = this.#parts.snapshots.list({ reason: 'daily', limit: 1 }).items[0]
    if (last && dayOf(new Date(last.at)) === today) this.#day = today
    else await this.#take({ reason: 'daily', scope: EVERYTHING })
  }

  /** Names what a session had right before the line that says so. */
  async compacted(sourceId: number, sessionId: string, compaction: SeenCompaction): Promise<void> {
    const { generationId, offset: length } = compaction
    await this.#take({
      reason: 'compaction',
      cause: causeOf(compaction),
      scope: { sessions: [sessionId] },
      upTo: { sourceId, generationId, length },
    })
  }

  /** Resolves when none is being taken. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#working)
  }

  async #take(request: SnapshotRequest): Promise<void> {
    const work = this.#takeAndTell(request)
    this.#working.add(work)
    await work
    this.#working.delete(work)
  }

  async #takeAndTell(request: SnapshotRequest): Promise<void> {
    try {
      const { reason } = await this.#parts.taker.take(request)
      if (reason === 'daily') this.#day = dayOf(this.#now())
      this.#parts.report({ kind: 'snapshots', reason: request.reason })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#parts.report({ kind: 'trouble', path: null, message: `A snapshot could not be taken. ${message}` })
    }
  }

  #now(): Date {
    return this.#parts.now?.() ?? new Date()
  }
}

function causeOf({ trigger, preTokens }: SeenCompaction): string {
  const how = { manual: ' by hand', auto: ' automatically', unknown: '' }[trigger]
  const at = preTokens === null ? '' : ` at ${preTokens.toLocaleString('en')} tokens`
  return `The context was compacted${how}${at}.`
}

/** The day here, because that is what a person means by a day. */
function dayOf(time: Date): string {
  return `${time.getFullYear()}-${time.getMonth() + 1}-${time.getDate()}`
}
