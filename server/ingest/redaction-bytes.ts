import { createHash } from 'node:crypto'
import type { Sqlite } from '../../db/client.ts'
import type { BeforeRow, RedactedGeneration, RedactionStore, StoredRedaction } from '../../db/stores/redaction-store.ts'
import type { SourceStore } from '../../db/stores/source-store.ts'
import { AppError } from '../errors.ts'
import type { Vault } from '../vault/vault.ts'
import { offsetsAfter, type Sides } from './line-pairs.ts'
import type { SplitterFor } from './pieces-of.ts'
import type { RedactionNote } from './redaction-order.ts'

/** What exchanging kept bytes works with. */
export interface BytesParts {
  vaultDb: Sqlite
  vault: Pick<Vault, 'blocks' | 'readRange'>
  store: RedactionStore
  sources: SourceStore
  splitterFor: SplitterFor
}

/**
 * Lets kept bytes change places with others, all of a redaction in one transaction, and what refers to ranges of them
 * follow: snapshots, and what was kept before files were written over. Only the vault is touched.
 */
export class RedactionBytes {
  readonly #parts: BytesParts

  constructor(parts: BytesParts) {
    this.#parts = parts
  }

  /** The new bytes take the place of the old ones. Throws `conflict` when a generation grew since they were made. */
  swap(redaction: StoredRedaction, generations: readonly RedactedGeneration[], changeId: number | null): void {
    const { store } = this.#parts
    this.#together(() => {
      for (const one of generations) {
        const { generationId, otherId } = one
        if (otherId === null) continue
        if (!store.isAsMade(redaction.id, generationId)) throw grewSince()
        const marks = store.marksOf(generationId)
        const after = this.#offsets(one, forward(one), marks)
        store.setMarks(redaction.id, generationId, Object.fromEntries(marks.map((m) => [m.snapshotId, m.length])))
        store.swapBytes(generationId, otherId)
        for (const { snapshotId, length } of marks)
          store.setMark(generationId, { snapshotId, length: after.get(length) ?? length })
        store.pointBefores(generationId, otherId)
      }
      store.setOutcome(redaction.id, { changeId, secrets: noteOf(redaction).taken.length })
      store.setPhase(redaction.id, 'swapped')
    })
  }

  /** The old bytes come back. Throws `conflict` when a generation grew since. */
  swapBack(redaction: StoredRedaction, generations: readonly RedactedGeneration[]): void {
    const { store } = this.#parts
    this.#together(() => {
      for (const one of generations) {
        const { generationId, otherId, marks } = one
        if (otherId === null) continue
        if (!store.isAsLeft(redaction.id, generationId)) throw grewSince()
        const now = store.marksOf(generationId)
        const befores = store.beforesOf(generationId)
        const after = this.#offsets(one, forward(one), [...now, ...befores])
        store.swapBytes(generationId, otherId)
        for (const { snapshotId, length } of now)
          store.setMark(generationId, { snapshotId, length: marks[snapshotId] ?? after.get(length) ?? length })
        this.#setBefores(generationId, befores, after)
        store.pointBefores(otherId, generationId)
      }
      store.setPhase(redaction.id, 'unswapped')
    })
  }

  /** Nothing of a redaction is left but its row. */
  endUndo(id: number): void {
    const { store } = this.#parts
    this.#together(() => {
      const others = store.generationsOf(id).flatMap(({ otherId }) => otherId ?? [])
      store.forgetBefore(id)
      for (const other of others) store.dropGeneration(other)
      store.setPhase(id, 'undone')
    })
  }

  /** Deletes the old bytes of a redaction, and of those before it that changed the same files: they hold them too. */
  forget(id: number): void {
    this.#together(() => {
      for (const one of [id, ...this.#parts.store.earlierOf(id)]) this.#forgetOne(one)
    })
  }

  /** Forgets a redaction that came to nothing. */
  drop(id: number): void {
    const { store } = this.#parts
    this.#together(() => {
      const others = store.generationsOf(id).flatMap(({ otherId }) => otherId ?? [])
      store.drop(id)
      for (const other of others) store.dropGeneration(other)
    })
  }

  /** Takes files out of a redaction: what is kept of them stays as it is. */
  leaveOut(id: number, sourceIds: readonly number[]): void {
    const { store } = this.#parts
    this.#together(() => {
      for (const { generationId, sourceId, otherId } of store.generationsOf(id)) {
        if (!sourceIds.includes(sourceId) || otherId === null) continue
        store.dropOne(id, generationId)
        store.dropGeneration(otherId)
      }
    })
  }

  /** Drops what was kept below a folder for a redaction that was never noted. */
  dropStrays(folder: string): void {
    const { store } = this.#parts
    this.#together(() => {
      for (const stray of store.strays(folder)) store.dropGeneration(stray)
    })
  }

  #forgetOne(id: number): void {
    const { store } = this.#parts
    const changeId = store.find(id)?.changeId ?? null
    if (changeId !== null) store.dropChange(changeId)
    const generations = store.generationsOf(id)
    for (const one of generations) {
      if (one.otherId === null) continue
      const befores = store.beforesOf(one.otherId)
      this.#setBefores(one.generationId, befores, this.#offsets(one, back(one), befores))
    }
    store.forgetBefore(id)
    for (const { otherId } of generations) if (otherId !== null) store.dropGeneration(otherId)
  }

  #offsets(
    { generationId }: RedactedGeneration,
    sides: Sides,
    ranges: readonly { length: number }[],
  ): Map<number, number> {
    const source = this.#parts.sources.ofGeneration(generationId)
    const lengths = ranges.map(({ length }) => length)
    return source ? offsetsAfter(this.#parts, source, sides, lengths) : new Map<number, number>()
  }

  #setBefores(generationId: number, befores: readonly BeforeRow[], after: ReadonlyMap<number, number>): void {
    for (const row of befores) {
      const length = after.get(row.length) ?? row.length
      this.#parts.store.setBefore({ ...row, generationId, length, sha256: this.#hash(generationId, length) })
    }
  }

  #hash(generationId: number, length: number): string {
    const sum = createHash('sha256')
    for (const { offset, bytes } of this.#parts.vault.blocks(generationId)) {
      if (offset >= length) break
      sum.update(bytes.subarray(0, length - offset))
    }
    return sum.digest('hex')
  }

  #together(changes: () => void): void {
    this.#parts.vaultDb.transaction(changes).immediate()
  }
}

/** Before the swap: its own bytes become those of the other generation. After it: they become again what they were. */
export function forward({ generationId, otherId }: RedactedGeneration): Sides {
  return { before: generationId, after: otherId ?? generationId }
}

/** After the bytes changed places: what they were lies in the other generation. */
export function back({ generationId, otherId }: RedactedGeneration): Sides {
  return { before: otherId ?? generationId, after: generationId }
}

/** What a redaction was made of. */
export function noteOf({ request }: Pick<StoredRedaction, 'request'>): RedactionNote {
  return JSON.parse(request) as RedactionNote
}

function grewSince(): AppError {
  return new AppError('conflict', 'What is kept of a file grew meanwhile. Nothing was changed; look at the plan again.')
}
