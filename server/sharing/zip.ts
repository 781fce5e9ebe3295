import { createWriteStream } from 'node:fs'
import { PassThrough, pipeline as connected, Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { openPromise, type Entry, type ZipFile as OpenZip } from 'yauzl'
import { ZipFile } from 'yazl'

/** A file that goes into an archive. */
export interface Packed {
  /** Below the archive, with `/`. */
  name: string
  content: { file: string } | { bytes: Buffer }
}

/** All alike: when a file was made here is nobody's business. */
const OPTIONS = { mtime: new Date(2020, 0, 1), mode: 0o100600, compressionLevel: 9 }

/** Writes an archive. Compression is the system's, off this thread. */
export async function writeZip(path: string, files: readonly Packed[], signal: AbortSignal): Promise<void> {
  const zip = new ZipFile()
  const through = new PassThrough()
  // What is wrong with one file is told here, not by the stream.
  zip.on('error', (error: Error) => through.destroy(error))
  for (const { name, content } of files) {
    if ('file' in content) zip.addFile(content.file, name, OPTIONS)
    else zip.addBuffer(content.bytes, name, OPTIONS)
  }
  zip.end()
  await pipeline(zip.outputStream, through, createWriteStream(path, { mode: 0o600, flags: 'wx' }), { signal })
}

/** Why an archive cannot be used, as half a sentence about “it”. */
export class UnusableArchive extends Error {}

/** A file in an archive that somebody else may have made. */
export interface Unpacked {
  name: string
  /** As the archive says; reading fails where it is more or less. */
  bytes: number
  isLink: boolean
  open(): Promise<Readable>
}

const STORED = 0
const DEFLATED = 8

/**
 * Opens an archive and goes through its files in order. Throws `UnusableArchive` for what is none, and for names that lead out
 * of it; what is read of a file ends with it where that is damaged.
 */
export async function* readZip(path: string, mostFiles: number): AsyncGenerator<Unpacked, void> {
  const zip = await openPromise(path, { autoClose: false, strictFileNames: true }).catch((cause: unknown) => {
    throw unusable('it is no archive, or only a part of one', cause)
  })
  try {
    if (zip.entryCount > mostFiles)
      throw new UnusableArchive(`it holds ${zip.entryCount} files, and ${mostFiles} are the most`)
    const entries = zip.eachEntry()
    for (;;) {
      const step = await entries.next().catch((cause: unknown) => {
        throw unusable('it is damaged, or a name in it leads out of it', cause)
      })
      if (step.done === true) return
      const entry = step.value
      if (entry.fileName.endsWith('/')) continue
      yield {
        name: entry.fileName,
        bytes: entry.uncompressedSize,
        isLink: ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000,
        open: () => contentOf(zip, entry),
      }
    }
  } finally {
    zip.close()
  }
}

/** Unpacked by our own streams, which end with the first thing that is wrong: those of the library go on, and throw where nobody listens. */
async function contentOf(zip: OpenZip, entry: Entry): Promise<Readable> {
  const { fileName, compressionMethod, uncompressedSize } = entry
  const why = `“${fileName}” is damaged`
  if (entry.isEncrypted() || (compressionMethod !== STORED && compressionMethod !== DEFLATED))
    throw new UnusableArchive(`“${fileName}” is packed in a way that is not known here`)
  const packed = await zip.openReadStreamPromise(entry, { decodeFileData: false }).catch((cause: unknown) => {
    throw unusable(why, cause)
  })
  let bytes = 0
  const whole = new Transform({
    transform(part: Uint8Array, _encoding, next) {
      bytes += part.length
      if (bytes > uncompressedSize) next(new UnusableArchive(why))
      else next(null, part)
    },
    flush(next) {
      next(bytes < uncompressedSize ? new UnusableArchive(why) : null)
    },
    /** Also what went wrong before it. */
    destroy(error, done) {
      done(error && unusable(why, error))
    },
  })
  const unpacking = compressionMethod === STORED ? [] : [createInflateRaw()]
  connected([packed, ...unpacking, whole], () => undefined)
  return whole
}

/** Trouble of the disk is not the archive's. */
function unusable(why: string, cause: unknown): Error {
  const isKnown = cause instanceof UnusableArchive || (cause instanceof Error && 'syscall' in cause)
  return isKnown ? cause : new UnusableArchive(why, { cause })
}
