import { createWriteStream } from 'node:fs'
import { PassThrough, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openPromise } from 'yauzl'
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

/** A file in an archive that somebody else may have made. */
export interface Unpacked {
  name: string
  /** As the archive says; reading fails where it is more or less. */
  bytes: number
  isLink: boolean
  open(): Promise<Readable>
}

/** Opens an archive and goes through its files in order. Throws for what is none, and for names that lead out of it. */
export async function* readZip(path: string, mostFiles: number): AsyncGenerator<Unpacked, void> {
  const zip = await openPromise(path, { autoClose: false, strictFileNames: true, validateEntrySizes: true })
  try {
    if (zip.entryCount > mostFiles) throw new Error(`it holds ${zip.entryCount} files, and ${mostFiles} are the most`)
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      yield {
        name: entry.fileName,
        bytes: entry.uncompressedSize,
        isLink: ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000,
        open: () => zip.openReadStreamPromise(entry),
      }
    }
  } finally {
    zip.close()
  }
}
