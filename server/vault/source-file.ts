import { closeSync, constants, fstatSync, lstatSync, openSync, read, readSync, type BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import type { FileStamp } from '../../db/stores/vault-store.ts'

const readAsync = promisify(read)

/** Reads up to this much go directly: the file is warm, and a round through the thread pool costs more. */
const SYNC_UP_TO = 64 * 1024

/** What stands at a path. */
export type SourceState = { kind: 'file'; stamp: FileStamp } | { kind: 'gone' } | { kind: 'unreadable'; reason: string }

/** Looks at a path without opening it; links are not followed. */
export function lookAt(path: string): SourceState {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? { kind: 'gone' } : stateOf(stats)
  } catch (error) {
    return stateOfError(error)
  }
}

/** An open source file, read at positions. */
export class SourceFile {
  readonly #fd: number

  private constructor(fd: number) {
    this.#fd = fd
  }

  /** Never blocks on a pipe and never follows a link at the path's end. */
  static open(path: string): { file: SourceFile; stamp: FileStamp } | Exclude<SourceState, { kind: 'file' }> {
    let fd: number
    try {
      fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    } catch (error) {
      return stateOfError(error)
    }
    const state = stateOf(fstatSync(fd, { bigint: true }))
    if (state.kind === 'file') return { file: new SourceFile(fd), stamp: state.stamp }
    closeSync(fd)
    return state
  }

  /** How the file stands now. */
  stamp(): FileStamp {
    return stampOf(fstatSync(this.#fd, { bigint: true }))
  }

  /** Fills the buffer from a position of the file; fewer bytes than asked mean that the file ends there. */
  async fill(buffer: Buffer, position: number): Promise<number> {
    let filled = 0
    while (filled < buffer.length) {
      const got = await this.#read(buffer, filled, position + filled)
      if (got === 0) break
      filled += got
    }
    return filled
  }

  /** A short range; shorter where the file ends. */
  async readShort(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length)
    return buffer.subarray(0, await this.fill(buffer, position))
  }

  async #read(buffer: Buffer, filled: number, position: number): Promise<number> {
    const rest = buffer.length - filled
    try {
      if (rest <= SYNC_UP_TO) return readSync(this.#fd, buffer, filled, rest, position)
      return (await readAsync(this.#fd, buffer, filled, rest, position)).bytesRead
    } catch (error) {
      throw new UnreadableError(reasonOf(error), error)
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** Reading failed in the middle of a file. What was kept before stays; the rest is tried again later. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'
  readonly reason: string

  constructor(reason: string, cause: unknown) {
    super(reason, { cause })
    this.reason = reason
  }
}

/** True when both were taken of the same file with the same bytes; its mode may differ. */
export function isSameStamp(one: Omit<FileStamp, 'mode'>, other: FileStamp): boolean {
  return one.identity === other.identity && one.size === other.size && one.mtimeNs === other.mtimeNs
}

function stateOf(stats: BigIntStats): SourceState {
  if (stats.isFile()) return { kind: 'file', stamp: stampOf(stats) }
  return { kind: 'unreadable', reason: `It is ${kindOf(stats)}, not a file.` }
}

function kindOf(stats: BigIntStats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isSymbolicLink()) return 'a symbolic link'
  if (stats.isFIFO()) return 'a pipe'
  if (stats.isSocket()) return 'a socket'
  return 'a device'
}

function stampOf(stats: BigIntStats): FileStamp {
  return {
    identity: `${stats.dev}:${stats.ino}`,
    size: Number(stats.size),
    mtimeNs: String(stats.mtimeNs),
    mode: Number(stats.mode & 0o7777n),
  }
}

function stateOfError(error: unknown): Exclude<SourceState, { kind: 'file' }> {
  const code = codeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'gone' }
  if (code === '') throw error
  return { kind: 'unreadable', reason: reasonOf(error) }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'Reading it is not permitted.'
    case 'ELOOP':
    case 'EMLINK':
      return 'It is a symbolic link, not a file.'
    case 'ENXIO':
      return 'It is a socket or a device, not a file.'
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many files are open.'
    case 'EIO':
      return 'The disk reported an error.'
    default:
      return `The system refused to read it (${code || String(error)}).`
  }
}
