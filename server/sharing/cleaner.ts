import { AppError } from '../errors.ts'

/** What was met in some bytes, and the bytes without it. */
export interface Block {
  bytes: Uint8Array
  next: number
  lines: number
  changedLines: number
  personal: number
  met: { secretId: number; hits: number; isTakenOut: boolean }[]
  doubtful: number
  known: { before: number; after: number }
}

/** How the bytes are cut when they are looked at. */
export type Grain = 'pieces' | 'whole'

/** Takes secrets out: a part of a kept state, or bytes that were made of it. The values never come here. */
export type Redact = (
  request: { keep: number[]; personal: boolean; grain: Grain } & (
    { from: 'kept'; generationId: number; offset: number; end: number } | { from: 'bytes'; bytes: Uint8Array }
  ),
) => Promise<Block>

/** What is to be taken out: all secrets but those of these ids, and personal data when that is asked for. */
export interface Taking {
  keep: number[]
  personal: boolean
}

/** Bytes that are sent at once. */
const BATCH = 384 * 1024
const LF = 10

/** Takes secrets out of everything that one export is made of, and keeps count. */
export class Cleaner {
  readonly #redact: Redact
  readonly #taking: Taking
  readonly met = new Map<number, { hits: number; isTakenOut: boolean }>()
  lines = 0
  changedLines = 0
  /** Places where personal data was exchanged. */
  personal = 0
  doubtful = 0
  #knownAtFirst: number | null = null
  #knownAtLast = 0

  constructor(redact: Redact, taking: Taking) {
    this.#redact = redact
    this.#taking = taking
  }

  /** False when a value became known on the way: what came before it was looked at without it. */
  get isSettled(): boolean {
    return this.#knownAtFirst === null || this.#knownAtFirst === this.#knownAtLast
  }

  /** A part of a kept state, block by block. */
  async *kept(state: {
    generationId: number
    from: number
    to: number
    grain: Grain
  }): AsyncGenerator<Uint8Array, void> {
    const { generationId, grain, to } = state
    for (let offset = state.from; offset < to;) {
      const block = await this.#redact({ from: 'kept', generationId, offset, end: to, grain, ...this.#taking })
      if (block.next <= offset) throw new Error(`Nothing was read at byte ${offset} of generation ${generationId}.`)
      offset = block.next
      this.#count(block)
      yield block.bytes
    }
  }

  /** Lines without their ends; as many come out. */
  async *linesOf(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void> {
    let batch: string[] = []
    let size = 0
    for await (const line of lines) {
      batch.push(line)
      size += line.length
      if (size < BATCH) continue
      yield* await this.#lines(batch)
      batch = []
      size = 0
    }
    if (batch.length > 0) yield* await this.#lines(batch)
  }

  /** Counts a mark that stood there before. */
  meet(secretId: number, hits: number): void {
    this.#add(secretId, hits, true)
  }

  async #lines(batch: readonly string[]): Promise<string[]> {
    const bytes = Buffer.from(`${batch.join('\n')}\n`)
    const block = await this.#redact({ from: 'bytes', bytes, grain: 'pieces', ...this.#taking })
    this.#count(block)
    const lines = Buffer.from(block.bytes).toString('utf8').split('\n').slice(0, -1)
    if (lines.length !== batch.length) throw new Error('Lines were lost while secrets were taken out of them.')
    return lines
  }

  #count({ lines, changedLines, personal, doubtful, met, known }: Block): void {
    this.lines += lines
    this.changedLines += changedLines
    this.personal += personal
    this.doubtful += doubtful
    this.#knownAtFirst ??= known.before
    this.#knownAtLast = known.after
    for (const { secretId, hits, isTakenOut } of met) this.#add(secretId, hits, isTakenOut)
  }

  #add(secretId: number, hits: number, isTakenOut: boolean): void {
    this.met.set(secretId, { isTakenOut, hits: hits + (this.met.get(secretId)?.hits ?? 0) })
  }
}

/**
 * Looks once more at bytes that are about to leave; throws `conflict` when something stands in them that is not to stay, or
 * that cannot be looked at.
 */
export async function lookAgain(
  bytes: AsyncIterable<Uint8Array>,
  { redact, keep, grain, signal }: { redact: Redact; keep: number[]; grain: Grain; signal: AbortSignal },
): Promise<void> {
  for await (const block of grain === 'whole' ? joined(bytes) : wholeLines(bytes)) {
    signal.throwIfAborted()
    const { met, doubtful } = await redact({ from: 'bytes', bytes: block, grain, keep, personal: false })
    if (doubtful === 0 && met.every(({ isTakenOut }) => !isTakenOut)) continue
    throw new AppError(
      'conflict',
      'A last look at the finished file found something that must not leave. Look at the preview again: it is known now.',
    )
  }
}

async function* joined(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const all: Uint8Array[] = []
  for await (const part of parts) all.push(part)
  if (all.length > 0) yield Buffer.concat(all)
}

/** Blocks of some size that end with a line. */
async function* wholeLines(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let waiting: Uint8Array[] = []
  let size = 0
  for await (const part of parts) {
    const end = size + part.length < BATCH ? -1 : part.lastIndexOf(LF)
    if (end < 0) {
      waiting.push(part)
      size += part.length
      continue
    }
    yield Buffer.concat([...waiting, part.subarray(0, end + 1)])
    waiting = [part.subarray(end + 1)]
    size = part.length - end - 1
  }
  if (size > 0) yield Buffer.concat(waiting)
}
