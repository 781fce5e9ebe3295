import type { SessionSources } from '../../db/stores/session-sources.ts'
import type { Standing } from '../../db/stores/snapshot-store.ts'
import type { SourceStore } from '../../db/stores/source-store.ts'
import type { Source } from '../adapters/adapter.ts'

/** What the rule works with. */
export interface FullestParts {
  sources: SourceStore
  sessionSources: SessionSources
  /** Reads everything that the vault has of a source. */
  catchUp(source: Source, sourceId: number): Promise<void>
  classify(path: string): Source | null
}

/**
 * Says which bytes stand for a transcript that was rewritten shorter. What is left of a file that was cut, emptied or
 * replaced by a stub brings no event that was not there before: then the longest state before it stands for the file, so
 * that a restore gives the session back and not its remains. A rewrite with events of its own stands for itself.
 */
export class Fullest {
  readonly #parts: FullestParts
  /** By generation: the length at which it was found to be a remnant, or not. */
  readonly #known = new Map<number, { length: number; isRemnant: boolean }>()

  constructor(parts: FullestParts) {
    this.#parts = parts
  }

  async of(standing: Standing): Promise<{ generationId: number; length: number }> {
    const { sourceId, generationId, number, length, role } = standing
    const newest = { generationId, length }
    if (number === 1 || role === 'companion') return newest
    const before = this.#parts.sources.generationsOf(sourceId).filter((generation) => generation.id !== generationId)
    const longest = before.reduce((best, one) => (one.length >= best.length ? one : best), { id: 0, length: 0 })
    if (longest.length <= length || !(await this.#isRemnant(standing))) return newest
    return { generationId: longest.id, length: longest.length }
  }

  async #isRemnant({ sourceId, generationId, length }: Standing): Promise<boolean> {
    const known = this.#known.get(generationId)
    if (known?.length === length) return known.isRemnant
    const kept = this.#parts.sources.ofGeneration(generationId)
    const source = kept && this.#parts.classify(kept.path)
    if (source) await this.#parts.catchUp(source, sourceId)
    const isRemnant = !this.#parts.sessionSources.hasEventsIn(sourceId, generationId)
    this.#known.set(generationId, { length, isRemnant })
    return isRemnant
  }
}
