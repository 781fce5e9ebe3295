import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../errors.ts'
import { BundleManifest, MANIFEST } from './bundle.ts'
import { readZip, UnusableArchive } from './zip.ts'

const MB = 1024 * 1024
/** Of a bundle as it is sent, and of all files in it. */
const MOST_PACKED = 512 * MB
const MOST_UNPACKED = 4096 * MB
const MOST_MANIFEST = 16 * MB
const MOST_FILES = 20_000
/** Milliseconds: what was written longer ago does not look as if its agent ran now. */
const LONG_AGO = 60 * 60 * 1000

/** Writes a bundle to a file as it comes. Throws `too_large`. */
export async function receiveBundle(stream: Readable, path: string, signal: AbortSignal): Promise<void> {
  await pipeline(stream, capped(MOST_PACKED), createWriteStream(path, { mode: 0o600, flags: 'wx' }), { signal })
}

/** What a bundle says of itself. Throws `UnusableArchive`, and `too_large` when it would be. */
export async function readManifest(packed: string): Promise<BundleManifest> {
  for await (const { name, bytes, open } of readZip(packed, MOST_FILES + 1)) {
    if (name !== MANIFEST) break
    if (bytes > MOST_MANIFEST) throw new UnusableArchive('its manifest is too large')
    const manifest = parsed(await buffer(await open()))
    const total = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
    if (total > MOST_UNPACKED) throw tooLarge()
    checkPaths(manifest)
    return manifest
  }
  throw new UnusableArchive(`it does not begin with ${MANIFEST}`)
}

function parsed(bytes: Buffer): BundleManifest {
  try {
    return BundleManifest.parse(JSON.parse(bytes.toString('utf8')))
  } catch (cause) {
    throw new UnusableArchive('its manifest cannot be read', { cause })
  }
}

function checkPaths({ files }: BundleManifest): void {
  const seen = new Set<string>()
  for (const { path } of files) {
    if (!isPlain(path)) throw new UnusableArchive(`“${path}” is no plain path`)
    // Some file systems do not tell letters from capitals.
    if (seen.has(path.toLowerCase())) throw new UnusableArchive(`it holds “${path}” twice`)
    seen.add(path.toLowerCase())
  }
}

/** No way out, nothing hidden from a person who looks at it. */
function isPlain(path: string): boolean {
  if (/[\\:*?"<>|]/.test(path) || [...path].some((char) => char < ' ')) return false
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !/[. ]$/.test(name))
}

/** Unpacks all files into a folder, as the manifest tells of them and no other. Throws `UnusableArchive`. */
export async function unpackBundle(
  packed: string,
  { manifest, folder, signal }: { manifest: BundleManifest; folder: string; signal: AbortSignal },
): Promise<void> {
  const waiting = new Map(manifest.files.map((file) => [`home/${file.path}`, file]))
  for await (const entry of readZip(packed, MOST_FILES + 1)) {
    if (entry.name === MANIFEST) continue
    const file = waiting.get(entry.name)
    if (file === undefined) throw new UnusableArchive(`its manifest does not tell of “${entry.name}”`)
    if (entry.isLink) throw new UnusableArchive(`“${entry.name}” is a link`)
    if (entry.bytes !== file.bytes) throw new UnusableArchive(`“${entry.name}” has another size than its manifest says`)
    waiting.delete(entry.name)
    const hash = await writeHashed(await entry.open(), join(folder, ...entry.name.split('/')), signal)
    if (hash !== file.sha256) throw new UnusableArchive('the bytes of a file are not those that its manifest tells of')
  }
  const [missing] = waiting.keys()
  if (missing !== undefined) throw new UnusableArchive(`“${missing}” is missing`)
}

async function writeHashed(content: Readable, path: string, signal: AbortSignal): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  const hashed = new Transform({
    transform(part: Uint8Array, _encoding, next) {
      hash.update(part)
      next(null, part)
    },
  })
  await pipeline(content, hashed, createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true }), { signal })
  const time = (Date.now() - LONG_AGO) / 1000
  await utimes(path, time, time)
  return hash.digest('hex')
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
