import type { SecretState, SecretTier } from '../contract/secrets.ts'
import { isSecretFile } from '../redaction/files.ts'

/** A secret in a prompt or in the input of a tool, as a scan tells it: without its value. */
export interface Found {
  kind: string
  provider: string | null
  tier: SecretTier
  path: (string | number)[]
  isKey: boolean
  start: number
  end: number
  placeholder: string
  /** The same value, the same hash. */
  hash: string
  state: SecretState
}

/** Members of the inputs of edits that hold what stands in the file already. */
const OLD_TEXT = new Set(['old_string', 'old_str', 'old_text'])
/** Members that name the file which is written. */
const FILE_NAMES = ['file_path', 'notebook_path', 'path']
const PATCH = '*** Begin Patch'

/**
 * What an edit would newly write of what was found in its input. Left out is what it names of a file as it stands, also
 * where it puts it back, and what goes into a file that is made for secrets.
 */
export function newlyWritten(input: unknown, found: readonly Found[]): Found[] {
  if (FILE_NAMES.some((name) => isSecretFile(textAt(input, [name])))) return []
  const placed = found.map((one) => ({ one, file: patchedFile(input, one), isOld: isOld(input, one) }))
  const old = new Set(placed.filter(({ isOld }) => isOld).map(({ one, file }) => `${one.hash} ${file}`))
  return placed.filter(({ one, file }) => !old.has(`${one.hash} ${file}`) && !isSecretFile(file)).map(({ one }) => one)
}

function isOld(input: unknown, { path, isKey, start }: Found): boolean {
  const name = path.at(-1)
  if (!isKey && typeof name === 'string' && OLD_TEXT.has(name)) return true
  const text = textAt(input, path)
  if (!text.includes(PATCH)) return false
  const first = text.charAt(text.lastIndexOf('\n', start - 1) + 1)
  return first === '-' || first === ' '
}

/** The file in whose part of a patch it stands; empty where the input is no patch. */
function patchedFile(input: unknown, { path, start }: Found): string {
  const text = textAt(input, path)
  if (!text.includes(PATCH)) return ''
  const named = [...text.slice(0, start).matchAll(/^\*\*\* (?:Add|Update) File: (.+)$/gm)].at(-1)
  return named?.[1]?.trim() ?? ''
}

/** The string at a path; empty when there is none. */
export function textAt(input: unknown, path: readonly (string | number)[]): string {
  let inner: unknown = input
  for (const step of path) {
    if (typeof inner !== 'object' || inner === null) return ''
    inner = (inner as Record<string | number, unknown>)[step]
  }
  return typeof inner === 'string' ? inner : ''
}
