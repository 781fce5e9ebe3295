import type { Adapter, Host, Source } from '../adapters/adapter.ts'
import { listFiles } from './list-files.ts'

/** A file of an agent, as it stands now. */
export interface FoundSource {
  source: Source
  path: string
  size: number
  mtimeMs: number
  /** Another one means that the file was written to. */
  stamp: string
}

/** Where the agents keep their files: what lies there, and what each file is. */
export class Places {
  readonly #host: Host
  readonly #adapters: readonly Adapter[]

  constructor(host: Host, adapters: readonly Adapter[]) {
    this.#host = host
    this.#adapters = adapters
  }

  /** Null for what no adapter reads. */
  classify(path: string): Source | null {
    for (const adapter of this.#adapters) {
      const source = adapter.classify(path, this.#host)
      if (source) return source
    }
    return null
  }

  /** What a packed file holds; null for all others. */
  unpacked(source: Source): Source | null {
    return this.#adapters.find(({ id }) => id === source.agent)?.unpacked?.(source, this.#host) ?? null
  }

  async list(): Promise<FoundSource[]> {
    const found: FoundSource[] = []
    for (const adapter of this.#adapters) {
      for (const root of adapter.roots(this.#host)) {
        if (root.isPolled) continue
        for await (const { path, size, mtimeMs } of listFiles(root)) {
          const source = this.classify(path)
          if (source) found.push({ source, path, size, mtimeMs, stamp: `${size} ${mtimeMs}` })
        }
      }
    }
    return found
  }
}
