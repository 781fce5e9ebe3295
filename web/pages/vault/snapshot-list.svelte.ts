import { listSnapshots, updateSnapshot, type Snapshot } from '../../../server/contract/snapshots.ts'
import { call, isAbort } from '../../api/call.ts'
import type { LiveClient } from '../../api/live.ts'
import { paced } from '../../state/paced.ts'
import type { SnapshotFilter } from './snapshot-filter.ts'

const firstPage = 100
const furtherPage = 500

/** The snapshots that pass a filter, newest first, all pages of them. */
export class SnapshotList {
  #items = $state.raw<readonly Snapshot[]>()
  #error = $state.raw<unknown>()
  #shown = $state.raw<SnapshotFilter>()
  #filter: SnapshotFilter = { reason: undefined, session: undefined }
  #abort: AbortController | undefined

  /** Undefined until the first page has come. */
  get items(): readonly Snapshot[] | undefined {
    return this.#items
  }

  /** Why they could not be read; undefined when they could. */
  get error(): unknown {
    return this.#error
  }

  /** The filter that the shown ones pass. */
  get shown(): SnapshotFilter | undefined {
    return this.#shown
  }

  /** Reads for a filter. What is shown stays until the first page has come. */
  async read(filter: SnapshotFilter = this.#filter): Promise<void> {
    this.stop()
    const abort = new AbortController()
    this.#abort = abort
    this.#filter = filter
    // Read again in the background, all pages appear at once, so that nothing jumps.
    const isFirst = this.#items === undefined || this.#shown !== filter
    try {
      let page = await this.#readPage({ limit: firstPage, signal: abort.signal })
      let items = page.items
      if (isFirst) this.#show(items)
      while (page.nextCursor !== null) {
        page = await this.#readPage({ limit: furtherPage, cursor: page.nextCursor, signal: abort.signal })
        items = [...items, ...page.items]
      }
      this.#show(items)
    } catch (error) {
      if (!isAbort(error)) this.#error = error
    }
  }

  /** Labels or pins one; throws what the server refuses. */
  async update(snapshotId: number, change: { label?: string | null; isPinned?: boolean }): Promise<void> {
    const snapshot = await call(updateSnapshot, { params: { snapshotId }, body: change })
    this.#items = this.#items?.map((item) => (item.id === snapshotId ? snapshot : item))
  }

  /** Takes one out of what is shown. */
  drop(snapshotId: number): void {
    this.#items = this.#items?.filter(({ id }) => id !== snapshotId)
  }

  /** Follows the server's messages; returns the function that stops it. */
  start(live: LiveClient): () => void {
    const again = paced(() => void this.read(), 1_000)
    const stops = [live.subscribe('vault', () => again.call()), live.onStale(() => again.call()), () => again.stop()]
    return () => {
      for (const stop of stops) stop()
      this.stop()
    }
  }

  /** Gives up a reading that is under way. */
  stop(): void {
    this.#abort?.abort()
  }

  #show(items: readonly Snapshot[]): void {
    this.#items = items
    this.#shown = this.#filter
    this.#error = undefined
  }

  #readPage(input: { limit: number; cursor?: string; signal: AbortSignal }) {
    const { limit, cursor, signal } = input
    const { reason, session } = this.#filter
    const query = {
      limit,
      ...(cursor !== undefined && { cursor }),
      ...(reason && { reason }),
      ...(session && { session }),
    }
    return call(listSnapshots, { query, signal })
  }
}
