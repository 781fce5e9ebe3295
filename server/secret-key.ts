import { createHmac, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Tells secrets apart without holding them. The key never leaves this installation, so a hash cannot be guessed back. */
export interface SecretKey {
  /** HMAC-SHA-256, 32 bytes. */
  hash(value: string): Buffer
}

const BYTES = 32
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Reads the key of a data folder, or makes one (0600). Throws when what stands there is no key. */
export function openSecretKey(dataDir: string): SecretKey {
  const path = join(dataDir, 'secret.key')
  const key = readKey(path) ?? makeKey(path)
  return { hash: (value) => createHmac('sha256', key).update(value).digest() }
}

/** The first `length` base32 characters of a hash. */
export function tagOf(hash: Uint8Array, length: number): string {
  let bits = 0
  let buffer = 0
  let tag = ''
  for (const byte of hash) {
    buffer = ((buffer << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5 && tag.length < length) {
      bits -= 5
      tag += DIGITS.charAt((buffer >>> bits) & 31)
    }
  }
  return tag
}

function readKey(path: string): Buffer | null {
  try {
    const key = readFileSync(path)
    if (key.length !== BYTES) throw new Error(`${path} is not a key. Put back the file that stood there, or remove it.`)
    return key
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Written beside its place and linked there, so that of two threads that begin at once both get the same. */
function makeKey(path: string): Buffer {
  const fresh = `${path}.${process.pid}-${randomBytes(6).toString('hex')}`
  writeFileSync(fresh, randomBytes(BYTES), { mode: 0o600 })
  try {
    linkSync(fresh, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(fresh, { force: true })
  }
  const key = readKey(path)
  if (key === null) throw new Error(`${path} vanished while it was made.`)
  return key
}
