import { previewExport, type ExportFormat, type ExportPreview } from '../../../../server/contract/sharing.ts'
import { call } from '../../../api/call.ts'
import type { LiveClient } from '../../../api/live.ts'
import { Loader } from '../../../state/loader.svelte.ts'

/** What a file is for, in the order in which they are offered. */
export const FORMATS: readonly { format: ExportFormat; label: string; about: string }[] = [
  {
    format: 'html',
    label: 'Replay page',
    about: 'One HTML file that replays the session with its code, without a network',
  },
  { format: 'markdown', label: 'Markdown', about: 'To read and to paste' },
  {
    format: 'jsonl',
    label: 'The agent’s own records',
    about: 'JSONL as it was written; a zip where sub-agents have files too',
  },
  { format: 'json', label: 'JSON', about: 'Documented, for programs' },
  { format: 'bundle', label: 'Bundle', about: 'Everything that belongs to it, for another Lossless' },
]

/** Milliseconds after a key in a field before the preview is made anew. */
const REST_MS = 500

/** An export that is being put together: what was chosen, and what the server made of it. */
export class ExportDraft {
  readonly #sessionId: string
  readonly #live: LiveClient
  readonly #preview: Loader<ExportPreview>
  #format = $state<ExportFormat>('html')
  #keep = $state.raw<readonly number[]>([])
  #personal = $state(false)
  #ticket = ''
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Events as a person counts them, from 1; empty for the ends. */
  from = $state<number | null>(null)
  to = $state<number | null>(null)
  /** How much of it is made, from 0 to 1. */
  progress = $state(0)

  constructor(sessionId: string, live: LiveClient) {
    this.#sessionId = sessionId
    this.#live = live
    this.#preview = new Loader((signal) => this.#load(signal))
  }

  get format(): ExportFormat {
    return this.#format
  }

  /** Whether names, addresses and hosts are exchanged; a bundle keeps them. */
  get personal(): boolean {
    return this.#personal && this.#format !== 'bundle'
  }

  get error(): unknown {
    return this.#preview.error
  }

  get isWorking(): boolean {
    return this.#preview.isLoading
  }

  /** What was made of the present choice; undefined while it is made. */
  get shown(): ExportPreview | undefined {
    return this.isWorking || this.error !== undefined ? undefined : this.#preview.value
  }

  /** What was made last, also while something else is made. */
  get last(): ExportPreview | undefined {
    return this.#preview.value
  }

  choose(format: ExportFormat): void {
    this.#format = format
    this.make()
  }

  takeOut(secretId: number, isTakenOut: boolean): void {
    const others = this.#keep.filter((id) => id !== secretId)
    this.#keep = isTakenOut ? others : [...others, secretId]
    this.make()
  }

  exchangePersonal(isExchanged: boolean): void {
    this.#personal = isExchanged
    this.make()
  }

  /** Makes the export now. */
  make(): void {
    clearTimeout(this.#timer)
    this.progress = 0
    void this.#preview.read()
  }

  /** The same when no further key comes. */
  makeSoon(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.make(), REST_MS)
  }

  /** Gives up what is being made. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#preview.stop()
  }

  /** Follows how far the server is; returns what ends that. */
  follow(): () => void {
    const stop = this.#live.subscribe('export', ({ ticket, done, total }) => {
      if (ticket === this.#ticket) this.progress = total === 0 ? 0 : done / total
    })
    return () => {
      stop()
      this.stop()
    }
  }

  #load(signal: AbortSignal): Promise<ExportPreview> {
    this.#ticket = crypto.randomUUID()
    const range = {
      ...(this.from !== null && { from: this.from - 1 }),
      ...(this.to !== null && { to: this.to - 1 }),
    }
    return call(previewExport, {
      params: { sessionId: this.#sessionId },
      body: {
        format: this.#format,
        range,
        ticket: this.#ticket,
        personal: this.personal,
        redactions: { keep: [...this.#keep] },
      },
      signal,
    })
  }
}
