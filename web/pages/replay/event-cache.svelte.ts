/* eslint-disable svelte/prefer-svelte-reactivity -- bookkeeping that nothing watches */
import { SvelteMap } from 'svelte/reactivity'
import type { Event } from '../../../server/contract/event.ts'

const CHUNK = 50
const KEPT_CHUNKS = 80
const AT_ONCE = 2

/** Returns events with a greater `seq` than `after`, at most `limit`, in order. May return fewer. */
export type ListEvents = (after: number, limit: number, signal: AbortSignal) => Promise<readonly Event[]>

/**
 * The events around what is on screen, loaded as they are asked for, forgotten when they are far away. What was asked for
 * last comes first, and what is no longer wanted is not loaded, so that a jump through a long session costs two pages.
 */
export class EventCache {
  #list: ListEvents
  #length: () => number
  #chunks = new SvelteMap<number, readonly Event[]>()
  #wanted: number[] = []
  #running = new Set<number>()
  #abort = new AbortController()
  #lastError = $state.raw<unknown>()

  constructor(list: ListEvents, length: () => number) {
    this.#list = list
    this.#length = length
  }

  /** Why the last page could not be loaded; undefined after one that could. */
  get error(): unknown {
    return this.#lastError
  }

  /** The event, or undefined while it is not here. Reading it in an effect runs the effect again when it comes. */
  find(seq: number): Event | undefined {
    return this.#chunks.get(Math.floor(seq / CHUNK))?.[seq % CHUNK]
  }

  /** Says which events are on screen now, the most wanted first. Replaces what was said before. */
  want(seqs: Iterable<number>): void {
    const chunks = new Set<number>()
    for (const seq of seqs) {
      if (seq >= 0 && seq < this.#length()) chunks.add(Math.floor(seq / CHUNK))
    }
    this.#wanted = [...chunks]
    this.#pump()
  }

  /** Drops everything; used when a source was rewritten. */
  clear(): void {
    this.#abort.abort()
    this.#abort = new AbortController()
    this.#running.clear()
    this.#chunks.clear()
  }

  close(): void {
    this.#wanted = []
    this.#abort.abort()
  }

  #isWhole(chunk: number): boolean {
    const whole = Math.min(CHUNK, this.#length() - chunk * CHUNK)
    return (this.#chunks.get(chunk)?.length ?? 0) >= whole
  }

  #pump(): void {
    for (const chunk of this.#wanted) {
      if (this.#running.size >= AT_ONCE) return
      if (!this.#isWhole(chunk) && !this.#running.has(chunk)) void this.#load(chunk)
    }
  }

  async #load(chunk: number): Promise<void> {
    const { signal } = this.#abort
    this.#running.add(chunk)
    const held = this.#chunks.get(chunk) ?? []
    const first = chunk * CHUNK
    try {
      const page = await this.#list(first + held.length - 1, CHUNK - held.length, signal)
      if (signal.aborted) return
      this.#lastError = undefined
      if (page.length === 0) throw new Error('The server returned no events where there should be some.')
      this.#put(chunk, [...held, ...page.slice(0, CHUNK - held.length)])
    } catch (error) {
      if (signal.aborted) return
      this.#lastError = error
      this.#wanted = this.#wanted.filter((other) => other !== chunk)
    } finally {
      if (!signal.aborted) this.#running.delete(chunk)
    }
    if (!signal.aborted) this.#pump()
  }

  #put(chunk: number, events: readonly Event[]): void {
    this.#chunks.set(chunk, events)
    for (const old of this.#chunks.keys()) {
      if (this.#chunks.size <= KEPT_CHUNKS) return
      if (!this.#wanted.includes(old)) this.#chunks.delete(old)
    }
  }
}
