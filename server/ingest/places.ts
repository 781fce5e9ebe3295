import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { Adapter, Host, Root, Source } from '../adapters/adapter.ts'
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

/** Where the agents keep their files, and where imported ones lie: what is there, and what each file is. */
export class Places {
  readonly #host: Host
  readonly #adapters: readonly Adapter[]
  readonly #imports: string | null

  /** `imports` holds a folder for each import, with a home of its own. */
  constructor(host: Host, adapters: readonly Adapter[], imports: string | null = null) {
    this.#host = host
    this.#adapters = adapters
    this.#imports = imports
  }

  /** Null for what no adapter reads. */
  classify(path: string): Source | null {
    const host = this.#hostOf(path)
    for (const adapter of this.#adapters) {
      const source = adapter.classify(path, host)
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
    for (const root of this.#roots()) {
      if (root.isPolled) continue
      for await (const { path, size, mtimeMs } of listFiles(root)) {
        const source = this.classify(path)
        if (source) found.push({ source, path, size, mtimeMs, stamp: `${size} ${mtimeMs}` })
      }
    }
    return found
  }

  #roots(): Root[] {
    const homes =
      this.#imports === null ? [] : importedHomes(this.#imports).map((homeDir) => asHome(this.#host, homeDir))
    return [this.#host, ...homes].flatMap((host) => this.#adapters.flatMap((adapter) => adapter.roots(host)))
  }

  #hostOf(path: string): Host {
    const home = this.#imports === null ? null : homeOfImport(path, this.#imports)
    return home === null ? this.#host : asHome(this.#host, home)
  }
}

/** The folder in our own that imports lie in. */
export function importsFolder(dataDir: string): string {
  return join(dataDir, 'imports')
}

/** The home of the import that a file came with; null for a file of this machine. */
export function homeOfImport(path: string, imports: string): string | null {
  if (!path.startsWith(imports + sep)) return null
  const [id = '', home] = path.slice(imports.length + 1).split(sep)
  return home === 'home' ? join(imports, id, home) : null
}

/** Those that are being written have a dot before their names. */
function importedHomes(imports: string): string[] {
  try {
    return readdirSync(imports)
      .filter((name) => !name.startsWith('.'))
      .map((name) => join(imports, name, 'home'))
  } catch {
    return []
  }
}

/** What the environment says of agents' folders is about this machine only. */
function asHome(host: Host, homeDir: string): Host {
  return { ...host, homeDir, env: {} }
}
