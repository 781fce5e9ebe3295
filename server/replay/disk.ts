import { readFile, stat } from 'node:fs/promises'

const MOST_BYTES = 5_000_000

/** A file's text as it stands on the disk now: empty when it is not there, null when it is no text, too large or unreadable. */
export async function readDisk(path: string): Promise<string | null> {
  try {
    const facts = await stat(path)
    if (!facts.isFile() || facts.size > MOST_BYTES) return null
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(path))
  } catch (error) {
    if (error instanceof TypeError) return null
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    if (code === 'EACCES' || code === 'EPERM' || code === 'ELOOP' || code === 'EIO') return null
    throw error
  }
}
