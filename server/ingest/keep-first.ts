import { resolve } from 'node:path'
import type { Source } from '../adapters/adapter.ts'
import { AppError } from '../errors.ts'
import type { KeepOutcome, Vault } from '../vault/vault.ts'
import type { Hurry } from './hurry.ts'
import type { FoundSource, Places } from './places.ts'
import type { KeptCopy } from './protocol.ts'

/** What was kept and has still to be understood. */
export interface Unread {
  source: Source
  outcome: KeepOutcome
  isLive: boolean
}

/** What the sweeps know, and who understands later what is kept now. */
export interface Backlog {
  /** True when the file was taken in as it stands. */
  isTakenIn(file: FoundSource): boolean
  readLater(unread: Unread): void
}

export interface KeepFirstParts {
  places: Places
  vault: Vault
  backlog: Backlog
  hurry: Hurry
  now?: () => number
}

/** Kept side by side: small files share a transaction. */
const LANES = 32
/** A file that was written to within this many milliseconds is growing now, also when it was never seen before. */
const FRESH = 10_000

/**
 * Keeps files before everything else and has them understood afterwards, so that a moment can be named at once, whatever
 * waits to be read.
 */
export class KeepFirst {
  readonly #parts: KeepFirstParts

  constructor(parts: KeepFirstParts) {
    this.#parts = parts
  }

  /** Keeps what is new in these files. Throws when some could not be kept; the others are. */
  async keep(paths: readonly string[]): Promise<void> {
    const sources = paths.flatMap((path) => this.#parts.places.classify(resolve(path)) ?? [])
    await this.#parts.hurry.first(() => this.#keepAll(sources.map((source) => ({ source, isLive: true }))))
  }

  /** Keeps what is new in all files of the agents for which `isWanted` holds; those that vanished are marked. */
  async keepWhere(isWanted: (source: Source) => boolean): Promise<void> {
    await this.#parts.hurry.first(() => this.#keepWhere(isWanted))
  }

  /** Keeps any file whole, also one that no agent wrote. Null when it is not there. */
  async copy(path: string): Promise<KeptCopy | null> {
    const { places, vault } = this.#parts
    const at = resolve(path)
    const source = places.classify(at)
    const outcome = source
      ? await this.#keepOne(source, true)
      : await vault.keep({ agent: 'lossless', role: 'outside', path: at, nativeId: null, subagentId: null }, ignore)
    if (outcome.change === 'gone') return null
    if (outcome.reason !== null) throw new AppError('conflict', `${at} could not be kept. ${outcome.reason}`)
    const generation = vault.findSource(at)?.generation
    return generation ? { generationId: generation.id, length: generation.length } : null
  }

  async #keepWhere(isWanted: (source: Source) => boolean): Promise<void> {
    const { places, vault, backlog, now = Date.now } = this.#parts
    const found = await places.list()
    const seen = new Set(found.map((file) => file.path))
    const known = new Set(vault.presentPaths())
    const changed = found
      .filter((file) => isWanted(file.source) && !backlog.isTakenIn(file))
      .map((file) => ({ source: file.source, isLive: known.has(file.path) || now() - file.mtimeMs < FRESH }))
    const missing = [...known]
      .filter((path) => !seen.has(path))
      .flatMap((path) => places.classify(path) ?? [])
      .filter(isWanted)
      .map((source) => ({ source, isLive: true }))
    await this.#keepAll([...changed, ...missing])
  }

  async #keepAll(all: readonly { source: Source; isLive: boolean }[]): Promise<void> {
    const errors: unknown[] = []
    const waiting = all.values()
    const lane = async () => {
      for (const { source, isLive } of waiting) await this.#keepOne(source, isLive).catch((error) => errors.push(error))
    }
    await Promise.all(Array.from({ length: Math.min(LANES, all.length) }, lane))
    if (errors.length > 0) throw errors[0]
  }

  async #keepOne(source: Source, isLive: boolean): Promise<KeepOutcome> {
    const outcome = await this.#parts.vault.keep(source, ignore)
    if (outcome.change !== 'unchanged' || outcome.returned) {
      this.#parts.backlog.readLater({ source, outcome, isLive })
    }
    return outcome
  }
}

function ignore(): void {
  // Understood later, from the vault.
}
