import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { ExportBody, ExportedSecret } from '../contract/sharing.ts'
import { AppError, notFound } from '../errors.ts'

/** A state of a session's file in the vault. */
export interface ExportedState {
  path: string
  generationId: number
  length: number
}

/** What was met in some whole lines, and the lines without it. */
export interface Block {
  bytes: Uint8Array
  next: number
  lines: number
  changedLines: number
  met: { secretId: number; hits: number; isTakenOut: boolean }[]
  doubtful: number
}

/** What exporting works with. */
export interface ExportParts {
  /** Undefined when nothing of the session is kept, or it has no such generation. */
  stateOf(sessionId: string, generation: number | undefined): ExportedState | undefined
  redact(request: { generationId: number; offset: number; end: number; keep: number[] }): Promise<Block>
  describe(secretId: number): Omit<ExportedSecret, 'hits' | 'isTakenOut'> | undefined
  /** A folder of ours for files that are being made. */
  folder: string
}

/** What an export takes out, and why it may not leave. */
export interface Preview {
  fileName: string
  lines: number
  changedLines: number
  bytes: number
  secrets: ExportedSecret[]
  refusal: string | null
}

/** Makes files of sessions that can be shared: secrets are taken out, and what could not be looked at stays here. */
export class Exports {
  readonly #parts: ExportParts

  constructor(parts: ExportParts) {
    this.#parts = parts
  }

  async preview(sessionId: string, body: ExportBody): Promise<Preview> {
    return this.#run(sessionId, body, () => undefined)
  }

  /** Writes the export to a file of ours, which the caller removes. Throws `conflict` when it must not leave. */
  async write(sessionId: string, body: ExportBody): Promise<{ path: string; preview: Preview }> {
    // What a later line names may stand bare in an earlier one: after this look every value is known.
    await this.preview(sessionId, body)
    await mkdir(this.#parts.folder, { recursive: true, mode: 0o700 })
    const path = join(this.#parts.folder, `${randomUUID()}.part`)
    const stream = createWriteStream(path, { mode: 0o600, flags: 'wx' })
    try {
      const preview = await this.#run(sessionId, body, async (bytes) => {
        if (!stream.write(bytes)) await once(stream, 'drain')
      })
      stream.end()
      await finished(stream)
      if (preview.refusal !== null) throw new AppError('conflict', preview.refusal)
      return { path, preview }
    } catch (error) {
      stream.destroy()
      await rm(path, { force: true })
      throw error
    }
  }

  async #run(
    sessionId: string,
    { generation, redactions: { keep } }: ExportBody,
    take: (bytes: Uint8Array) => Promise<void> | undefined,
  ): Promise<Preview> {
    const state = this.#parts.stateOf(sessionId, generation)
    if (state === undefined) throw notFound('kept generation of this session', String(generation ?? 1))
    const met = new Map<number, { hits: number; isTakenOut: boolean }>()
    const sums = { lines: 0, changedLines: 0, bytes: 0, doubtful: 0 }
    for (let offset = 0; offset < state.length;) {
      const block = await this.#parts.redact({ generationId: state.generationId, offset, end: state.length, keep })
      for (const { secretId, hits, isTakenOut } of block.met) {
        met.set(secretId, { isTakenOut, hits: hits + (met.get(secretId)?.hits ?? 0) })
      }
      sums.lines += block.lines
      sums.changedLines += block.changedLines
      sums.bytes += block.bytes.length
      sums.doubtful += block.doubtful
      await take(block.bytes)
      if (block.next <= offset) throw new Error(`Nothing was read at byte ${offset} of ${state.path}.`)
      offset = block.next
    }
    const { lines, changedLines, bytes, doubtful } = sums
    const secrets = [...met].flatMap(([secretId, one]): ExportedSecret[] => {
      const described = this.#parts.describe(secretId)
      return described === undefined ? [] : [{ ...described, ...one }]
    })
    return { fileName: basename(state.path), lines, changedLines, bytes, secrets, refusal: refusalFor(doubtful) }
  }
}

function refusalFor(doubtful: number): string | null {
  if (doubtful === 0) return null
  const what = doubtful === 1 ? 'One part of this session' : `${doubtful} parts of this session`
  return `${what} could not be looked through to the end, or would be broken without a secret in it. So it is not shared.`
}
