import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Import } from '../contract/sharing.ts'
import { AppError, notFound } from '../errors.ts'
import type { BundleManifest } from './bundle.ts'
import { readManifest, receiveBundle, unpackBundle } from './unpack.ts'
import { UnusableArchive } from './zip.ts'

/** What importing works with. */
export interface ImportParts {
  /** Each import is a folder in it, with a home of its own. */
  folder: string
  /** The session that a file below a home belongs to; null where only its records tell, undefined for what is of no session. */
  classify(path: string, homeDir: string): { sessionId: string | null } | undefined
  isKnown(sessionId: string): boolean
  /** Has files read, or noted as gone. */
  takeIn(paths: string[]): void
  now(): number
}

/** Begins the names of folders that are not finished. */
const UNFINISHED = '.'
const NOTE = 'import.json'

/** Takes in bundles of other Losslesses: all of one, or nothing of it. They never come into an agent's own folder. */
export class Imports {
  readonly #parts: ImportParts
  readonly #imports = new Map<string, Import>()
  /** Asked for each session of a list. */
  readonly #sessions = new Set<string>()

  /** What an earlier run left half done is removed. */
  constructor(parts: ImportParts) {
    this.#parts = parts
    for (const name of namesIn(parts.folder)) {
      const folder = join(parts.folder, name)
      if (name.startsWith(UNFINISHED)) rmSync(folder, { recursive: true, force: true })
      else this.#note(readNote(join(folder, NOTE)))
    }
  }

  /** Newest first. */
  list(): Import[] {
    return [...this.#imports.values()].sort((a, b) => b.at.localeCompare(a.at))
  }

  /** True for a session, or a sub-agent of one, that came with an import. */
  isImported(sessionId: string): boolean {
    return this.#sessions.size > 0 && this.#sessions.has(sessionId.split(':').slice(0, 2).join(':'))
  }

  /** Reads a bundle from a stream. Throws `bad_request` for what is none, `too_large` for what is too much. */
  async take(
    stream: Readable,
    fileName: string | null,
    signal: AbortSignal,
  ): Promise<{ import: Import | null; known: string[] }> {
    const { folder, now } = this.#parts
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const draft = join(folder, `${UNFINISHED}${crypto.randomUUID()}`)
    try {
      await mkdir(draft, { mode: 0o700 })
      const packed = join(draft, 'bundle')
      await receiveBundle(stream, packed, signal)
      const manifest = await readManifest(packed)
      const id = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 32)
      const sessions = this.#sessionsOf(manifest)
      const known = sessions.filter((one) => this.#parts.isKnown(one) || this.isImported(one))
      if (this.#imports.has(id) || known.length > 0) return { import: null, known: known.length > 0 ? known : sessions }
      await unpackBundle(packed, { manifest, folder: draft, signal })
      await rm(packed)
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
      const made: Import = {
        ...{ id, at: new Date(now()).toISOString(), fileName, sessions, files: manifest.files.length, bytes },
      }
      await writeThrough(join(draft, NOTE), JSON.stringify(made))
      syncFolder(draft)
      if (this.#imports.has(id)) return { import: null, known: sessions }
      // From here on it is there, whole; nothing comes between the look and the rename.
      renameSync(draft, join(folder, id))
      this.#note(made)
      syncFolder(folder)
      this.#parts.takeIn(manifest.files.map(({ path }) => join(folder, id, 'home', ...path.split('/'))))
      return { import: made, known: [] }
    } catch (cause) {
      throw refused(cause)
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }

  /** Removes the files of an import; what the vault kept of them stays. */
  async remove(id: string): Promise<void> {
    const { folder, takeIn } = this.#parts
    if (!this.#imports.has(id)) throw notFound('import', id)
    const place = join(folder, id)
    for (const session of this.#imports.get(id)?.sessions ?? []) this.#sessions.delete(session)
    const paths = readdirSync(join(place, 'home'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
    const draft = join(folder, `${UNFINISHED}${id}`)
    await rename(place, draft)
    this.#imports.delete(id)
    takeIn(paths)
    await rm(draft, { recursive: true, force: true })
  }

  #note(one: Import | undefined): void {
    if (one === undefined) return
    this.#imports.set(one.id, one)
    for (const session of one.sessions) this.#sessions.add(session)
  }

  #sessionsOf({ files }: BundleManifest): string[] {
    const home = join(this.#parts.folder, 'x', 'home')
    const sessions = new Set<string>()
    for (const { path } of files) {
      const found = this.#parts.classify(join(home, ...path.split('/')), home)
      if (found === undefined)
        throw new UnusableArchive(`no agent that is known here keeps a session’s file at “${path}”`)
      if (found.sessionId !== null) sessions.add(found.sessionId)
    }
    if (sessions.size === 0) throw new UnusableArchive('it holds no session')
    return [...sessions]
  }
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function readNote(path: string): Import | undefined {
  try {
    return Import.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}

/** A refusal in words; other trouble stays what it is. */
function refused(cause: unknown): unknown {
  if (!(cause instanceof UnusableArchive)) return cause
  const text = `This is no bundle that can be imported: ${cause.message}. Nothing was taken in.`
  return new AppError('bad_request', text, { cause })
}

async function writeThrough(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A rename lasts when its folder is on the disk. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
