import type { JsonPath } from './json-literals.ts'
import type { KnownValues } from './known-values.ts'

/**
 * How sure it is. `definite`: a published format, a checksum or a parsed structure. `likely`: a value that was drawn by
 * lot beside the name of a secret. `candidate`: looks like a secret of somebody unknown; listed, and left out of what is
 * shared, but not called a finding on its own.
 */
export type Tier = 'definite' | 'likely' | 'candidate'

/** Offsets in UTF-16 units, the end exclusive. */
export interface Range {
  start: number
  end: number
}

/** A suspected secret in one text. */
export interface Hit extends Range {
  /** Id of a format or of a structure. */
  kind: string
  /** Null when the kind does not say whose it is. */
  provider: string | null
  tier: Tier
  /** The secret itself. In memory only: it is never stored, logged or sent. */
  value: string
  /**
   * For a value inside base64: `start` and `end` are the whole encoded run, and here stands the range in what was
   * decoded, once more for each further level. Empty when the value stands in the text itself, escaped or not.
   */
  within: readonly Range[]
}

/** A suspected secret in a JSON value or a plain text. */
export interface Finding extends Hit {
  /** The way to the string; empty for a plain text. `start` and `end` are offsets in what that string says. */
  path: JsonPath
  /** It stands in the name of a member, not in its value. */
  isKey: boolean
  /** Of `scanJson` only: where the string begins in the JSON text, after its quote. Tells repeated keys apart. */
  literal?: number
}

/** A string that was too costly to look at to its end: what holds it must not be shared unseen. */
export interface Unchecked {
  path: JsonPath
  isKey: boolean
}

/** What a scan found. */
export interface Scan {
  findings: Finding[]
  unchecked: Unchecked[]
}

/** What is known about a text beside its characters. */
export interface Context {
  /** The name of the member or variable that it is the value of. */
  name?: string
  /** The file that it is the content of. Known secret files are judged more strictly. */
  file?: string
  /** Values that are secrets wherever they stand. */
  known?: KnownValues
  /** Looks for known values only: what an earlier scan saw with the same rules need not be judged again. */
  onlyKnown?: boolean
}

/**
 * Patterns that a user made. Each text is handed over as it is read: escapes resolved, without colours, decoded. Ranges that do not
 * lie inside the text are passed over. What `find` costs is not counted: who would take too long calls `giveUp`, and the text is
 * unchecked.
 */
export interface OwnPatterns {
  /** Told before the first text of a line: what is found in it may cost something anew. */
  begin?(): void
  /** `kind` is the name under which the finding is kept. */
  find(text: string, giveUp: () => void): readonly (Range & { kind: string })[]
}
