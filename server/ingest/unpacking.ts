import { createWriteStream, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import type { Source } from '../adapters/adapter.ts'
import type { KeepOutcome, KeptBlock, Vault } from '../vault/vault.ts'

/** Bytes that are unpacked; a file that holds more is left as it is. */
const LARGEST = 1024 * 1024 * 1024

/**
 * Keeps what packed files hold, under the names that it has unpacked: there it is read, and known again when the agent
 * itself unpacks it. The packed bytes are kept as they are besides.
 */
export class Unpacking {
  readonly #vault: Pick<Vault, 'keep' | 'findSource' | 'blocks' | 'markGone' | 'markUnreadable'>
  readonly #folder: string
  readonly #largest: number

  /** What an earlier run left in the folder is removed: nothing but the vault shall hold sessions. */
  constructor(
    vault: Pick<Vault, 'keep' | 'findSource' | 'blocks' | 'markGone' | 'markUnreadable'>,
    folder: string,
    largest = LARGEST,
  ) {
    this.#vault = vault
    this.#folder = folder
    this.#largest = largest
    rmSync(folder, { recursive: true, force: true })
  }

  /** Null when there is nothing to read: it is kept already, the agent has it unpacked as well, or it cannot be unpacked. */
  async keep(
    packedPath: string,
    { source, isNews, onBlock }: { source: Source; isNews: boolean; onBlock: (block: KeptBlock) => void },
  ): Promise<KeepOutcome | null> {
    const isKept = Boolean(this.#vault.findSource(source.path)?.generation)
    if ((isKept && !isNews) || existsSync(source.path)) return null
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const place = join(this.#folder, basename(source.path))
    try {
      const problem = await this.#unpack(packedPath, place)
      if (problem !== null) this.#vault.markUnreadable(packedPath, problem)
      // Half a file is better than none, and worse than what was kept of the whole one.
      if (problem !== null && (isKept || problem === TOO_LARGE || statSync(place).size === 0)) return null
      const outcome = await this.#vault.keep(source, onBlock, place)
      this.#vault.markGone(source.path)
      return outcome
    } finally {
      rmSync(place, { force: true })
    }
  }

  /** Returns what is wrong with it, as a sentence; what could be unpacked up to there stands in the place. */
  async #unpack(packedPath: string, place: string): Promise<string | null> {
    const generation = this.#vault.findSource(packedPath)?.generation
    let bytes = 0
    const largest = this.#largest
    const limit = new Transform({
      transform(part: Buffer, _, done) {
        bytes += part.length
        if (bytes > largest) done(new Error(TOO_LARGE))
        else done(null, part)
      },
    })
    const out = createWriteStream(place, { mode: 0o600, flush: true })
    try {
      await pipeline(
        Readable.from(partsOf(this.#vault.blocks(generation?.id ?? 0))),
        createZstdDecompress(),
        limit,
        out,
      )
      return null
    } catch (error) {
      const isTooLarge = error instanceof Error && error.message === TOO_LARGE
      return isTooLarge ? TOO_LARGE : DAMAGED
    }
  }
}

const TOO_LARGE =
  'It is compressed and holds more than 1 GB, so it is kept and not read. Unpack it with zstd to have it read.'
const DAMAGED =
  'It is compressed and damaged, or not written to its end. It is kept; what could be unpacked of it is shown.'

function* partsOf(blocks: Iterable<KeptBlock>): Generator<Buffer> {
  for (const { bytes } of blocks) yield Buffer.from(bytes)
}
