import type { Finding } from './finding.ts'
import type { JsonPath } from './json-literals.ts'
import { type PlaceholderOf, replaceHits } from './replace.ts'

/**
 * Replaces what was found in a parsed JSON value, in place, and returns it (a new one when the value is a string itself).
 * The findings have to be of this value: of `scanValue`, or stored places of the same record.
 */
export function maskValue(value: unknown, findings: readonly Finding[], placeholderOf: PlaceholderOf): unknown {
  const root = { value }
  const byString = Map.groupBy(findings, ({ path, isKey }) => JSON.stringify([isKey, path]))
  // Values first, then keys from the inside out: a renamed key would lead the paths of what is below it astray.
  const groups = [...byString.values()].sort((a, b) => Number(a[0]?.isKey) - Number(b[0]?.isKey) || depth(b) - depth(a))
  for (const group of groups) {
    const first = group[0]
    if (first === undefined) continue
    const holder = holderOf(root, first.path)
    const step = ['value', ...first.path].at(-1)
    if (holder === null || step === undefined) continue
    if (first.isKey) renameKey(holder, String(step), replaceHits(String(step), group, placeholderOf))
    else if (typeof holder[step] === 'string') holder[step] = replaceHits(holder[step], group, placeholderOf)
  }
  return root.value
}

type Holder = Record<string | number, unknown>

function depth(group: readonly Finding[]): number {
  return group[0]?.path.length ?? 0
}

/** The object or list that the last step of a path leads out of; null when the value is another one. */
function holderOf(root: Holder, path: JsonPath): Holder | null {
  let holder: unknown = root
  for (const step of ['value', ...path].slice(0, -1)) {
    if (typeof holder !== 'object' || holder === null) return null
    holder = (holder as Holder)[step]
  }
  return typeof holder === 'object' && holder !== null ? (holder as Holder) : null
}

/** Keeps the order of the members. */
function renameKey(holder: Holder, key: string, to: string): void {
  if (!(key in holder) || key === to) return
  const members = Object.entries(holder)
  for (const [name] of members) Reflect.deleteProperty(holder, name)
  for (const [name, member] of members) holder[name === key ? to : name] = member
}
