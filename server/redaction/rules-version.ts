import { crc32 } from './checksums.ts'
import { FORMATS } from './formats/all.ts'

/** Counted up with every change of a handler that finds more or less. */
const HANDLERS = 5

/** Changes with the rules: what was scanned with another version may be scanned again. */
export const RULES_VERSION = `${HANDLERS}-${crc32(JSON.stringify(FORMATS)).toString(16).padStart(8, '0')}`

/** The rules together with the user's own patterns, of which `revision` counts the changes that find more. */
export function rulesWith(revision: number): string {
  return revision === 0 ? RULES_VERSION : `${RULES_VERSION}+${revision}`
}
