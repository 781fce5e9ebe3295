import { LineSplitter } from '../adapters/shared/line-splitter.ts'
import type { Vault } from '../vault/vault.ts'
import { LineRedactor } from '../redaction/line-redactor.ts'
import type { Scanner } from '../redaction/scanner.ts'
import { redactParts } from './redact-generation.ts'
import type { KnownSecrets } from './known-secrets.ts'

/** Whole lines of a generation, from a byte on. */
export interface RedactRequest {
  generationId: number
  offset: number
  /** Bytes of the generation that count. */
  end: number
  /** Secrets that stay as they are. */
  keep: number[]
}

/** A value that lines hold; without its value. */
export interface MetSecret {
  secretId: number
  hits: number
  isTakenOut: boolean
}

/** The lines without secrets, and what was met in them. */
export interface RedactedBlock {
  bytes: Uint8Array
  /** Where the next block begins. */
  next: number
  lines: number
  changedLines: number
  met: MetSecret[]
  /** Strings that could not be looked at, or hold a value that must not be touched, or lines that could not be changed. */
  doubtful: number
}

const BLOCK = 512 * 1024
const LF = 10

/** Takes secrets out of kept lines, a block at a time. Values that are met for the first time are noted as secrets. */
export class BlockRedactor {
  readonly #vault: Pick<Vault, 'readRange'>
  readonly #scanner: Scanner
  readonly #secrets: KnownSecrets

  constructor(parts: { vault: Pick<Vault, 'readRange'>; scanner: Scanner; secrets: KnownSecrets }) {
    this.#vault = parts.vault
    this.#scanner = parts.scanner
    this.#secrets = parts.secrets
  }

  redact({ generationId, offset, end, keep }: RedactRequest): RedactedBlock {
    const block = this.#wholeLines(generationId, offset, end)
    const kept = new Set(keep)
    const redactor = new LineRedactor({
      scanner: this.#scanner,
      known: this.#secrets.all,
      placeholderOf: ({ value }) => this.#secrets.markFor(value),
      takesOut: (finding) => !kept.has(this.#secrets.note(finding).id),
    })
    const parts: Uint8Array[] = []
    const met = new Map<number, MetSecret>()
    const result = { next: offset + block.length, lines: 0, changedLines: 0, doubtful: 0 }
    for (const { after, found: line } of redactParts([{ bytes: block, offset: 0 }], redactor, {
      grain: 'pieces',
      splitter: new LineSplitter(),
    })) {
      parts.push(after)
      result.lines += 1
      if (line.isChanged) result.changedLines += 1
      result.doubtful += line.unchecked.length + line.untouchable.length + (line.problem === null ? 0 : 1)
      for (const { finding, isTakenOut } of line.hits) {
        const secretId = this.#secrets.note(finding).id
        const one = met.get(secretId) ?? { secretId, hits: 0, isTakenOut }
        one.hits += 1
        met.set(secretId, one)
      }
    }
    return { ...result, bytes: Buffer.concat(parts), met: [...met.values()] }
  }

  /** A longer line comes as a whole. */
  #wholeLines(generationId: number, offset: number, end: number): Uint8Array {
    for (let size = BLOCK; ; size *= 4) {
      const bytes = this.#vault.readRange(generationId, offset, Math.min(size, end - offset))
      if (offset + bytes.length >= end) return bytes
      const last = bytes.lastIndexOf(LF)
      if (last >= 0) return bytes.subarray(0, last + 1)
    }
  }
}
