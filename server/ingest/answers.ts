import { isDiskFull } from '../../db/database-error.ts'
import type { SnapshotStore } from '../../db/stores/snapshot-store.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { AppError } from '../errors.ts'
import { VaultFullError } from '../vault/vault-full-error.ts'
import type { Intake } from './intake.ts'
import type { KeepFirst } from './keep-first.ts'
import type { KnownSecrets } from './known-secrets.ts'
import type { IngestAnswers, IngestAsk, IngestReport } from './protocol.ts'
import type { BlockRedactor } from './redact-block.ts'
import type { RedactionDesk } from './redaction-desk.ts'
import type { SnapshotTaker } from './snapshot-taker.ts'

/** What answers come from. */
export interface AnswerParts {
  intake: Intake
  keeper: KeepFirst
  taker: SnapshotTaker
  snapshots: SnapshotStore
  reveal(placeId: number): string | null
  secrets: KnownSecrets
  redactor: BlockRedactor
  redactions: RedactionDesk
  report(report: IngestReport): void
}

type Answer = IngestAnswers[keyof IngestAnswers]['answer']

/** Does in the worker what the server asks for, and answers by the number of the question. */
export class Answers {
  readonly #parts: AnswerParts
  readonly #working = new Set<Promise<void>>()

  constructor(parts: AnswerParts) {
    this.#parts = parts
  }

  async answer(number: number, ask: IngestAsk): Promise<void> {
    const work = this.#answer(ask).then(
      (answer) => this.#parts.report({ kind: 'answer', number, answer }),
      (error: unknown) => this.#parts.report({ kind: 'refusal', number, ...refusalOf(error) }),
    )
    this.#working.add(work)
    await work
    this.#working.delete(work)
  }

  /** Resolves when everything is answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#working)
  }

  async #answer(ask: IngestAsk): Promise<Answer> {
    const { intake, keeper, taker, snapshots } = this.#parts
    switch (ask.kind) {
      case 'keep':
        await (ask.paths === null ? keeper.keepWhere(() => true) : keeper.keep(ask.paths))
        return null
      case 'pause':
        intake.pause()
        return null
      case 'resume':
        intake.resume()
        return null
      case 'reveal': {
        const value = this.#parts.reveal(ask.placeId)
        return value === null ? null : { value }
      }
      case 'redact':
        return this.#parts.redactor.redact(ask.request)
      case 'look-for-redaction':
        return this.#parts.redactions.look(ask.order)
      case 'stage-redaction':
        return this.#parts.redactions.stage(ask)
      case 'stop-look':
        this.#parts.redactions.stopLook(ask.job)
        return null
      case 'swap-redacted':
        await this.#parts.redactions.swap(ask.id, ask)
        return null
      case 'redaction-step':
        await this.#parts.redactions.step(ask.id, ask.step)
        return null
      case 'mask':
        return ask.texts.map((text) => this.#parts.secrets.maskShown(text))
      case 'unmask':
        return this.#parts.secrets.behind(ask.marks)
      case 'copy':
        return keeper.copy(ask.path)
      case 'snapshot':
        return taker.take(ask.request)
      case 'describe-snapshot':
        return snapshots.update(ask.snapshotId, ask) ?? null
      case 'delete-snapshots':
        return this.#remove(ask.snapshotIds)
    }
  }

  /** One by one, so that whoever reads or keeps meanwhile waits for one at most. */
  async #remove(ids: readonly number[]): Promise<number> {
    let removed = 0
    for (const id of ids) {
      if (this.#parts.snapshots.remove(id)) removed += 1
      await new Promise((resolve) => setImmediate(resolve))
    }
    return removed
  }
}

const DISK_FULL = 'The snapshot could not be noted, because the disk is full. Free some space and try again.'

function refusalOf(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message }
  if (isDiskFull(error)) return { code: 'unavailable', message: DISK_FULL }
  if (error instanceof VaultFullError) return { code: 'unavailable', message: error.message }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}
