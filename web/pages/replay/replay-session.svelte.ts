/* eslint-disable svelte/prefer-svelte-reactivity -- made anew, never changed */
import type { SessionDetail } from '../../../server/contract/session.ts'
import type { Timeline } from '../../../server/contract/sessions.ts'
import { isAbort } from '../../api/call.ts'
import { EventCache } from './event-cache.svelte.ts'
import type { ReplayApi } from './replay-api.ts'
import { joinTimelines } from './timeline.ts'

/** One session as the replay holds it: what it is, its timeline, and the events around what is shown. Grows while the agent runs. */
export class ReplaySession {
  readonly events: EventCache
  #api: ReplayApi
  #detail = $state.raw<SessionDetail>()
  #timeline = $state.raw<Timeline>()
  #error = $state.raw<unknown>()
  #resultOf = $derived(new Map(this.#timeline?.results ?? []))
  #abort = new AbortController()
  #wantedLength = 0
  #isGrowing = false
  #detailTimer: ReturnType<typeof setTimeout> | undefined

  constructor(api: ReplayApi) {
    this.#api = api
    this.events = new EventCache(api.listEvents, () => this.length)
  }

  get detail(): SessionDetail | undefined {
    return this.#detail
  }

  get timeline(): Timeline | undefined {
    return this.#timeline
  }

  /** Why the session could not be loaded. */
  get error(): unknown {
    return this.#error
  }

  get length(): number {
    return this.#timeline?.length ?? 0
  }

  /** The result of a tool call; undefined while none has come. */
  resultOf(callSeq: number): number | undefined {
    return this.#resultOf.get(callSeq)
  }

  /** When an event happened, in milliseconds since 1970. */
  timeOf(seq: number): number {
    return this.#timeline?.at[seq] ?? 0
  }

  /** The kind of an event; empty where there is none. */
  kindOf(seq: number): string {
    const timeline = this.#timeline
    return timeline?.kinds[timeline.kind[seq] ?? -1] ?? ''
  }

  async load(): Promise<void> {
    this.#error = undefined
    const { signal } = this.#abort
    try {
      const [detail, timeline] = await Promise.all([this.#api.getSession(signal), this.#api.getTimeline(-1, signal)])
      if (signal.aborted) return
      this.events.clear()
      this.#detail = detail
      this.#timeline = timeline
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) this.#error = error
    }
  }

  /** The session is known to have `length` events now: loads what is missing. Calls while that runs are joined. */
  async grow(length: number): Promise<void> {
    this.#wantedLength = Math.max(this.#wantedLength, length)
    this.#refreshDetailSoon()
    if (this.#isGrowing) return
    this.#isGrowing = true
    try {
      while (this.#timeline && this.#wantedLength > this.length && (await this.#loadLater(this.#timeline)));
    } finally {
      this.#isGrowing = false
    }
  }

  /** Asks again what the session is; reads all of it again when its source was rewritten or is shorter now. */
  async refresh(): Promise<void> {
    const { signal } = this.#abort
    const before = this.#detail
    if (!before) return this.load()
    try {
      const detail = await this.#api.getSession(signal)
      if (signal.aborted) return
      this.#detail = detail
      if (detail.events < this.length || generationsOf(detail) !== generationsOf(before)) await this.load()
      else if (detail.events > this.length) await this.grow(detail.events)
    } catch {
      // What is shown stays; the live client tells of a lost server, and the next message asks again.
    }
  }

  close(): void {
    clearTimeout(this.#detailTimer)
    this.#abort.abort()
    this.events.close()
  }

  /** Returns false when nothing came, so that the loop ends. */
  async #loadLater(base: Timeline): Promise<boolean> {
    const { signal } = this.#abort
    try {
      const later = await this.#api.getTimeline(base.length - 1, signal)
      if (signal.aborted || later.length <= base.length) return false
      this.#timeline = joinTimelines(base, later)
      return true
    } catch {
      // The next live message tries again.
      return false
    }
  }

  #refreshDetailSoon(): void {
    this.#detailTimer ??= setTimeout(() => {
      this.#detailTimer = undefined
      void this.refresh()
    }, 1_000)
  }
}

function generationsOf(detail: SessionDetail): number {
  return detail.sources.reduce((sum, source) => sum + source.generations, 0) - detail.sources.length
}
