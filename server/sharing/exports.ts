import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportChoice, ExportedSecret, ExportPreview } from '../contract/sharing.ts'
import { AppError, notFound } from '../errors.ts'
import { Cleaner, lookAgain, type Redact } from './cleaner.ts'
import { documentIn } from './html.ts'
import { makeNative, type MadeFile, type NativeParts } from './make-native.ts'
import { makeReadable, type ReadableParts } from './make-readable.ts'
import { rangeOf } from './range.ts'
import { readZip } from './zip.ts'

/** What exporting works with. */
export interface ExportParts extends NativeParts, ReadableParts {
  redact: Redact
  describe(secretId: number): Omit<ExportedSecret, 'hits' | 'isTakenOut'> | undefined
  /** A folder of ours for files that are being made. */
  folder: string
}

/** Who waits for an export. */
export interface Waiting {
  signal: AbortSignal
  onProgress(done: number, total: number): void
}

/** A finished export. */
export interface Finished {
  path: string
  type: string
  preview: ExportPreview
}

interface Plan {
  sessionId: string
  keep: number[]
  folder: string
  made: MadeFile
  preview: ExportPreview
  madeAt: number
}

/** So many finished files wait to be given away, for so long, in milliseconds. */
const MOST_PLANS = 4
const PLAN_LASTS = 10 * 60_000
/** What is named late may stand earlier: after that many looks nothing new turns up in the same bytes. */
const MOST_LOOKS = 3
const MOST_ENTRIES = 100_000

/** Makes files of sessions that can be shared: secrets are taken out, and what could not be looked at stays here. */
export class Exports {
  readonly #parts: ExportParts
  readonly #plans = new Map<string, Plan>()

  constructor(parts: ExportParts) {
    this.#parts = parts
  }

  /** Makes an export that waits to be given away. */
  async preview(sessionId: string, choice: ExportChoice, waiting: Waiting): Promise<ExportPreview> {
    const plan = await this.#make(sessionId, choice, waiting)
    if (plan.preview.refusal !== null) {
      await this.#forget(plan)
      return plan.preview
    }
    this.#plans.set(plan.preview.plan, plan)
    const old = [...this.#plans.values()].filter(({ madeAt }) => Date.now() - madeAt > PLAN_LASTS)
    const many = [...this.#plans.values()].slice(0, Math.max(0, this.#plans.size - MOST_PLANS))
    for (const one of [...old, ...many]) await this.#forget(one)
    return plan.preview
  }

  /**
   * The planned file, or one that is made now, looked at once more. It is there until `release`. Throws `conflict` when it
   * must not leave.
   */
  async finish(
    sessionId: string,
    { plan: name, ...choice }: ExportChoice & { plan?: string | undefined },
    waiting: Waiting,
  ): Promise<Finished & { release(): Promise<void> }> {
    const plan = name === undefined ? await this.#make(sessionId, choice, waiting) : this.#planned(sessionId, name)
    try {
      if (plan.preview.refusal !== null) throw new AppError('conflict', plan.preview.refusal)
      await this.#lookAgain(plan, waiting.signal)
    } catch (error) {
      await this.#forget(plan)
      throw error
    }
    const { path, type } = plan.made
    return { path, type, preview: plan.preview, release: () => this.#forget(plan) }
  }

  #planned(sessionId: string, name: string): Plan {
    const plan = this.#plans.get(name)
    if (plan?.sessionId === sessionId && Date.now() - plan.madeAt < PLAN_LASTS) return plan
    throw new AppError('conflict', 'What was previewed is not held any more. Look at the preview again.')
  }

  async #forget(plan: Plan): Promise<void> {
    this.#plans.delete(plan.preview.plan)
    await rm(plan.folder, { recursive: true, force: true })
  }

  async #make(sessionId: string, choice: ExportChoice, waiting: Waiting): Promise<Plan> {
    const { sessions, events, redact } = this.#parts
    const session = sessions.find(sessionId)
    if (session === undefined) throw notFound('session', sessionId)
    if (choice.personal && choice.format === 'bundle') throw new AppError('bad_request', NAMED)
    const { keep } = choice.redactions
    const range = rangeOf(events, session, choice.range)
    const isNative = choice.format === 'jsonl' || choice.format === 'bundle'
    for (let look = 1; ; look += 1) {
      const id = randomUUID()
      const folder = join(this.#parts.folder, id)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      try {
        const cleaner = new Cleaner(redact, { keep, personal: choice.personal })
        const job = { session, choice, range, folder, cleaner, ...waiting }
        const made = isNative ? await makeNative(this.#parts, job) : await makeReadable(this.#parts, job)
        if (!cleaner.isSettled && look < MOST_LOOKS) {
          await rm(folder, { recursive: true, force: true })
          continue
        }
        const preview: ExportPreview = {
          plan: id,
          fileName: made.fileName,
          bytes: (await stat(made.path)).size,
          lines: cleaner.lines,
          changedLines: cleaner.changedLines,
          files: made.files,
          range,
          secrets: this.#secretsIn(cleaner),
          personal: cleaner.personal,
          images: made.images,
          leftOut: made.leftOut,
          refusal: cleaner.isSettled ? refusalFor(cleaner.doubtful) : UNSETTLED,
        }
        return { sessionId, keep, folder, made, preview, madeAt: Date.now() }
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        throw error
      }
    }
  }

  #secretsIn({ met }: Cleaner): ExportedSecret[] {
    return [...met].flatMap(([secretId, one]) => {
      const described = this.#parts.describe(secretId)
      return described === undefined ? [] : [{ ...described, ...one }]
    })
  }

  async #lookAgain({ made, keep }: Plan, signal: AbortSignal): Promise<void> {
    const how = { redact: this.#parts.redact, keep, signal }
    if (made.shape === 'text') return lookAgain(createReadStream(made.path), { ...how, grain: 'pieces' })
    if (made.shape === 'page') return lookAgain(documentIn(made.path), { ...how, grain: 'pieces' })
    for await (const entry of readZip(made.path, MOST_ENTRIES)) {
      const grain = made.wholeNames.has(entry.name) ? 'whole' : 'pieces'
      await lookAgain(await entry.open(), { ...how, grain })
    }
  }
}

const NAMED =
  'A bundle says where its files lay, with the names of folders. Choose another format, or leave personal data in.'
const UNSETTLED = 'Values became known again and again while this session was looked through. Try again in a moment.'

function refusalFor(doubtful: number): string | null {
  if (doubtful === 0) return null
  const what = doubtful === 1 ? 'One part of this session' : `${doubtful} parts of this session`
  return `${what} could not be looked through to the end, or would be broken without a secret in it. So it is not shared.`
}
