import { textAt, type Found } from './carried.ts'

/** Further secrets are the same story. */
const MOST_NAMED = 4

/** A secret by what people call it. */
export type Named = Pick<Found, 'path' | 'isKey' | 'start' | 'hash'> & { label: string }

/** Said to the person whose prompt was held back. */
export function sayHeldPrompt(prompt: string, found: readonly Named[]): string {
  const places = named(found).map(({ label, start }) => `${label}, ${lineOf(prompt, start)}`)
  return `Lossless held this prompt back, because it carries ${listed(places, found)}. Take the value out and send it again. To send it as it is, let it through in Lossless (Settings, Guard) first.`
}

/** Said to the model whose tool call was held back. */
export function sayHeldCall(input: unknown, found: readonly Named[]): string {
  const keys = new Set(found.flatMap(({ isKey, path }) => (isKey ? [path.at(-1)] : [])))
  const places = named(found).map(({ label, path, start, isKey }) => {
    const [member] = path
    // A member whose name is the secret is not named.
    if (typeof member !== 'string' || keys.has(member)) return label
    const text = isKey ? '' : textAt(input, path)
    return `${label} in “${member}”${text.includes('\n') ? `, ${lineOf(text, start)}` : ''}`
  })
  return `Lossless held this call back, because its input carries ${listed(places, found)}. Leave the value out: name the variable or the file that holds it instead. If it has to be there, ask the user, who can let it through in Lossless (Settings, Guard).`
}

/** Each secret once. */
function named(found: readonly Named[]): Named[] {
  const byHash = new Map<string, Named>()
  for (const one of found) if (!byHash.has(one.hash)) byHash.set(one.hash, one)
  return [...byHash.values()]
}

function listed(places: readonly string[], found: readonly Named[]): string {
  const count = new Set(found.map(({ hash }) => hash)).size
  const rest = count - MOST_NAMED
  const shown = places.slice(0, MOST_NAMED).join('; ')
  return `${count === 1 ? 'a secret' : `${count} secrets`} (${shown}${rest > 0 ? `; and ${rest} more` : ''})`
}

function lineOf(text: string, at: number): string {
  let line = 1
  for (let next = text.indexOf('\n'); next >= 0 && next < at; next = text.indexOf('\n', next + 1)) line += 1
  return `line ${line}`
}
