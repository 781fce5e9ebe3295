import { createHash } from 'node:crypto'
import {
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { buffer } from 'node:stream/consumers'
import { Import } from '../contract/sharing.ts'
import { AppError, notFound } from '../errors.ts'
import { BundleManifest, MANIFEST } from './bundle.ts'
import { readZip } from './zip.ts'

/** What importing works with. */
export interface ImportParts {
  /** Each import is a folder in it, with a home of its own. */
  folder: string
  /** The session that a file below a home belongs to; `null` for a side file of none, undefined for what no adapter reads. */
  classify(path: string, homeDir: string): { sessionId: string | null } | undefined
  isKnown(sessionId: string): boolean
  /** Has files read, or noted as gone. */
  takeIn(paths: string[]): void
  now(): number
  /** Upper bounds; others in tests. */
  limits?: Limits
}

interface Limits {
  /** Of the bundle as it is sent. */
  packed: number
  /** Of all files in it. */
  unpacked: number
  files: number
}

const LIMITS: Limits = { packed: 512 * 1024 * 1024, unpacked: 4 * 1024 * 1024 * 1024, files: 20_000 }
const MOST_MANIFEST = 16 * 1024 * 1024
/** Begins the names of folders that are not finished. */
const UNFINISHED = '.'
const NOTE = 'import.json'

/** Takes in bundles of other Losslesses: all of one, or nothing of it. They never come into an agent's own folder. */
export class Imports {
  readonly #parts: ImportParts
  readonly #limits: Limits
  readonly #imports = new Map<string, Import>()
  /** Asked for each session of a list. */
  readonly #sessions = new Set<string>()

  /** What an earlier run left half done is removed. */
  constructor(parts: ImportParts) {
    this.#parts = parts
    this.#limits = parts.limits ?? LIMITS
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
      await pipeline(stream, capped(this.#limits.packed), createWriteStream(packed, { mode: 0o600, flags: 'wx' }), {
        signal,
      })
      const manifest = await this.#manifestOf(packed)
      const id = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 32)
      const sessions = this.#sessionsOf(manifest)
      const known = sessions.filter((one) => this.#parts.isKnown(one) || this.isImported(one))
      if (this.#imports.has(id) || known.length > 0) return { import: null, known: known.length > 0 ? known : sessions }
      await this.#unpack(packed, manifest, draft, signal)
      await rm(packed)
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
      const made: Import = {
        ...{ id, at: new Date(now()).toISOString(), fileName, sessions, files: manifest.files.length, bytes },
      }
      await writeThrough(join(draft, NOTE), JSON.stringify(made))
      syncFolder(draft)
      // From here on it is there, whole.
      await rename(draft, join(folder, id))
      syncFolder(folder)
      this.#note(made)
      this.#parts.takeIn(manifest.files.map(({ path }) => join(folder, id, 'home', ...path.split('/'))))
      return { import: made, known: [] }
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

  async #manifestOf(packed: string): Promise<BundleManifest> {
    try {
      for await (const { name, bytes, open: read } of readZip(packed, this.#limits.files + 1)) {
        if (name !== MANIFEST) break
        if (bytes > MOST_MANIFEST) throw new Error('its manifest is too large')
        const manifest = BundleManifest.parse(JSON.parse((await buffer(await read())).toString('utf8')))
        return this.#checked(manifest)
      }
    } catch (cause) {
      throw noBundle(cause)
    }
    throw noBundle(new Error(`it does not begin with ${MANIFEST}`))
  }

  #checked(manifest: BundleManifest): BundleManifest {
    const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)
    if (total > this.#limits.unpacked) throw tooLarge()
    const seen = new Set<string>()
    for (const { path } of manifest.files) {
      if (!isPlain(path)) throw new Error(`“${path}” is no plain path`)
      // Some file systems do not tell letters from capitals.
      if (seen.has(path.toLowerCase())) throw new Error(`it holds “${path}” twice`)
      seen.add(path.toLowerCase())
    }
    return manifest
  }

  #sessionsOf({ files }: BundleManifest): string[] {
    const home = join(this.#parts.folder, 'x', 'home')
    const sessions = new Set<string>()
    for (const { path } of files) {
      const found = this.#parts.classify(join(home, ...path.split('/')), home)
      if (found === undefined) throw noBundle(new Error(`no agent that is known here keeps a file at “${path}”`))
      if (found.sessionId !== null) sessions.add(found.sessionId)
    }
    if (sessions.size === 0) throw noBundle(new Error('it holds no session'))
    return [...sessions]
  }

  async #unpack(packed: string, manifest: BundleManifest, draft: string, signal: AbortSignal): Promise<void> {
    const waiting = new Map(manifest.files.map((file) => [`home/${file.path}`, file]))
    for await (const entry of readZip(packed, this.#limits.files + 1)) {
      if (entry.name === MANIFEST) continue
      const file = waiting.get(entry.name)
      if (file === undefined) throw noBundle(new Error(`its manifest does not tell of “${entry.name}”`))
      if (entry.isLink) throw noBundle(new Error(`“${entry.name}” is a link`))
      if (entry.bytes !== file.bytes)
        throw noBundle(new Error(`“${entry.name}” has another size than its manifest says`))
      waiting.delete(entry.name)
      await this.#unpackOne(await entry.open(), join(draft, ...entry.name.split('/')), file, signal)
    }
    const [missing] = waiting.keys()
    if (missing !== undefined) throw noBundle(new Error(`“${missing}” is missing`))
  }

  async #unpackOne(
    content: Readable,
    path: string,
    { sha256, bytes }: BundleManifest['files'][number],
    signal: AbortSignal,
  ): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const hash = createHash('sha256')
    const watched = new Transform({
      transform(part: Uint8Array, _encoding, next) {
        hash.update(part)
        next(null, part)
      },
    })
    try {
      await pipeline(
        content,
        watched,
        capped(bytes),
        createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true }),
        { signal },
      )
    } catch (cause) {
      if (signal.aborted || isDiskTrouble(cause)) throw cause
      throw noBundle(cause)
    }
    if (hash.digest('hex') !== sha256)
      throw noBundle(new Error('the bytes of a file are not those that its manifest tells of'))
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

/** No way out, nothing hidden from a person who looks at it. */
function isPlain(path: string): boolean {
  if (/[\\:*?"<>|]/.test(path) || [...path].some((char) => char < ' ')) return false
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !/[. ]$/.test(name))
}

function capped(most: number): Transform {
  let bytes = 0
  return new Transform({
    transform(part: Uint8Array, _encoding, next) {
      bytes += part.length
      if (bytes > most) next(tooLarge())
      else next(null, part)
    },
  })
}

function tooLarge(): AppError {
  return new AppError(
    'too_large',
    'This bundle is larger than what can be imported. Export a range of the session instead.',
  )
}

function noBundle(cause: unknown): AppError {
  if (cause instanceof AppError) return cause
  const why =
    cause instanceof SyntaxError || !(cause instanceof Error) || cause.name === 'ZodError'
      ? 'its manifest cannot be read'
      : cause.message
  return new AppError('bad_request', `This is no bundle that can be imported: ${why}. Nothing was taken in.`, { cause })
}

function isDiskTrouble(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^E(NOSPC|IO|ROFS|ACCES|PERM|MFILE)$/.test(error.code)
  )
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
