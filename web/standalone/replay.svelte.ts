import { CodeTexts, type FileThen } from './code-texts.ts'
import type { ShownDocument } from './shown.ts'
import { stepsOf, type Step } from './steps.ts'

/** Milliseconds for a step at the slowest; each speed divides it. */
const STEP_MS = 900
export const SPEEDS = [1, 2, 5, 20] as const

/** Where the replay stands, and what is seen of the code there. */
export class Replay {
  readonly document: ShownDocument
  readonly steps: readonly Step[]
  readonly #files: readonly CodeTexts[]
  #position = $state(0)
  #chosen = $state<string | null>(null)
  #timer: ReturnType<typeof setTimeout> | undefined
  isPlaying = $state(false)
  speed = $state<number>(1)
  isDiff = $state(true)

  constructor(document: ShownDocument) {
    this.document = document
    this.steps = stepsOf(document.events)
    this.#files = document.files.map((file) => new CodeTexts(file))
  }

  get position(): number {
    return this.#position
  }

  get step(): Step | undefined {
    return this.steps[this.#position]
  }

  get end(): number {
    return this.step?.end ?? -1
  }

  /** Files that are known at the moment, by path. */
  readonly files = $derived.by(() =>
    this.#files.flatMap((texts) => {
      const index = texts.indexAt(this.end)
      const version = texts.file.versions[index]
      return version === undefined ? [] : [{ path: texts.file.path, version, index }]
    }),
  )

  /** The file that was chosen, else the one that changed last. */
  readonly path = $derived.by(() => {
    if (this.#chosen !== null && this.files.some(({ path }) => path === this.#chosen)) return this.#chosen
    let last = this.files[0]
    for (const file of this.files) if (file.version.seq > (last?.version.seq ?? -2)) last = file
    return last?.path ?? null
  })

  readonly file = $derived.by((): FileThen | undefined => {
    const texts = this.#files.find(({ file }) => file.path === this.path)
    return texts?.at(texts.indexAt(this.end))
  })

  get isFollowing(): boolean {
    return this.#chosen === null
  }

  choose(path: string | null): void {
    this.#chosen = path
  }

  seek(position: number): void {
    this.#position = Math.max(0, Math.min(position, this.steps.length - 1))
  }

  move(by: number): void {
    this.seek(this.#position + by)
  }

  /** Goes to the next step of a kind in a direction, where there is one. */
  find(by: 1 | -1, fits: (step: Step) => boolean): void {
    for (let at = this.#position + by; at >= 0 && at < this.steps.length; at += by) {
      const step = this.steps[at]
      if (step && fits(step)) return this.seek(at)
    }
  }

  toggle(): void {
    if (this.isPlaying) return this.pause()
    if (this.#position >= this.steps.length - 1) this.seek(0)
    this.isPlaying = true
    this.#goOn()
  }

  pause(): void {
    this.isPlaying = false
    clearTimeout(this.#timer)
  }

  #goOn(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.move(1)
      if (this.#position >= this.steps.length - 1) this.pause()
      else this.#goOn()
    }, STEP_MS / this.speed)
  }
}
