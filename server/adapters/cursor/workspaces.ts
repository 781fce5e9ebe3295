import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { Host, RowReader } from '../adapter.ts'
import { parsedRow } from '../shared/row-line.ts'
import { isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { globalDatabase, workspacesDir } from './locate.ts'
import { ITEMS } from './tables.ts'

/** A workspace as its folder tells it. */
interface Workspace {
  /** What is opened in it; null when that is none of this machine. */
  folder: string | null
  database: string
}

/**
 * Tells in which folder a composer works when its own row does not say it: by the workspace that its header names, by the
 * workspace that lists it, by its transcript, by the files that it edited, in this order.
 */
export class Workspaces {
  readonly #host: Host
  #seen: { stamp: string; byId: Map<string, Workspace> } | null = null
  readonly #lists = new Map<string, { stamp: string; composers: ReadonlySet<string> }>()

  constructor(host: Host) {
    this.#host = host
  }

  /** Null when nothing tells it. */
  folderOf(reader: RowReader, composer: Shape, header: Shape): string | null {
    const own = folderIn(composer['workspaceIdentifier']) ?? folderIn(header['workspaceIdentifier'])
    if (own !== null) return own
    const named = textOf(shapeOf(composer['workspaceIdentifier'])['id']) ?? textOf(header['workspaceId'])
    const byId = named === null ? null : (this.#workspaces().get(named)?.folder ?? null)
    if (byId !== null) return byId
    const id = textOf(composer['composerId'])
    return (id === null ? null : (this.#listing(reader, id) ?? this.#transcribing(id))) ?? commonFolder(composer)
  }

  #workspaces(): Map<string, Workspace> {
    const dir = workspacesDir(this.#host)
    const stamp = stampOf(dir)
    if (this.#seen?.stamp === stamp) return this.#seen.byId
    const byId = new Map<string, Workspace>()
    for (const id of namesIn(dir)) {
      byId.set(id, { folder: openedIn(join(dir, id, 'workspace.json')), database: join(dir, id, 'state.vscdb') })
    }
    this.#seen = { stamp, byId }
    return byId
  }

  #listing(reader: RowReader, composerId: string): string | null {
    for (const { folder, database } of this.#workspaces().values()) {
      if (folder !== null && this.#composersOf(reader, database).has(composerId)) return folder
    }
    return null
  }

  #composersOf(reader: RowReader, database: string): ReadonlySet<string> {
    const stamp = `${stampOf(database)} ${stampOf(`${database}-wal`)}`
    const known = this.#lists.get(database)
    if (known?.stamp === stamp) return known.composers
    const row = existsSync(database) ? reader.other(database)?.row(ITEMS, 'composer.composerData') : null
    const told = row && 'bytes' in row ? (parsedRow(row.bytes) ?? {}) : {}
    const ids = [
      ...listOf(told['allComposers']).map((one) => shapeOf(one)['composerId']),
      ...listOf(told['selectedComposerIds']),
    ]
    const composers = new Set(ids.filter((one) => typeof one === 'string'))
    this.#lists.set(database, { stamp, composers })
    return composers
  }

  /** The agent names folders of transcripts after the project's path, which cannot be read back but compared. */
  #transcribing(composerId: string): string | null {
    const projects = join(this.#host.homeDir, '.cursor', 'projects')
    for (const slug of namesIn(projects)) {
      if (!existsSync(join(projects, slug, 'agent-transcripts', composerId))) continue
      for (const { folder } of this.#workspaces().values())
        if (folder !== null && slugOf(folder) === slug) return folder
    }
    return null
  }
}

/** The path that a URI of a file names, or the path itself; null for another machine's. */
export function pathIn(uri: unknown): string | null {
  if (typeof uri !== 'string' || uri === '') return null
  if (/^(?:\/|[A-Za-z]:[\\/])/.test(uri)) return uri
  if (!uri.startsWith('file:///')) return null
  try {
    const isWindows = /^file:\/\/\/[A-Za-z](?::|%3A)/i.test(uri)
    return fileURLToPath(isWindows ? uri.replace(/%3A/i, ':') : uri, { windows: isWindows })
  } catch {
    return null
  }
}

/** What the agent makes of a project's path to name a folder after it. */
export function slugOf(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^\//, '')
    .replaceAll(/[/:.]+/g, '-')
}

function folderIn(identifier: unknown): string | null {
  const told = shapeOf(identifier)
  const config = pathIn(shapeOf(told['configPath'])['fsPath'] ?? told['configPath'])
  if (config !== null) return parentOf(config)
  const uri = told['uri']
  if (!isShape(uri)) return pathIn(uri)
  return pathIn(uri['fsPath']) ?? pathIn(uri['external'])
}

function openedIn(file: string): string | null {
  try {
    const told = shapeOf(JSON.parse(readFileSync(file, 'utf8')))
    const folder = pathIn(told['folder'])
    if (folder !== null) return folder
    const config = pathIn(told['workspace'])
    return config === null ? null : parentOf(config)
  } catch {
    return null
  }
}

/** The deepest folder that holds all files that a composer edited. */
function commonFolder(composer: Shape): string | null {
  const uris = [
    ...Object.keys(shapeOf(composer['originalFileStates'])),
    ...Object.keys(shapeOf(composer['codeBlockData'])),
  ]
  const folders = uris.flatMap((uri) => pathIn(uri) ?? []).map((path) => parentOf(path).split('/'))
  const [first, ...others] = folders
  if (first === undefined) return null
  let length = first.length
  for (const other of others) {
    const differs = first.findIndex((name, index) => name !== other[index])
    length = Math.min(length, differs === -1 ? first.length : differs)
  }
  const folder = first.slice(0, length).join('/')
  return folder === '' ? null : folder
}

function parentOf(path: string): string {
  const clean = path.replaceAll('\\', '/')
  return clean.slice(0, clean.lastIndexOf('/')) || '/'
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.size} ${stats.mtimeMs}`
}

/** Where the conversations stand, for who has only the host. */
export function databasesOn(host: Host): string[] {
  const database = globalDatabase(host)
  return existsSync(database) ? [database] : []
}
