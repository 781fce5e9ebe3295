import { isSkipped, namedBy, pathIn } from './fields.ts'
import type { Context, Hit, Scan } from './finding.ts'
import { nameInJwk } from './jwk.ts'
import type { JsonPath } from './json-literals.ts'
import type { KnownValues } from './known-values.ts'

/** How a text was looked at: what was found, and whether it was looked at to its end. */
export interface Look {
  hits: Hit[]
  isComplete: boolean
}

/** Keys are words; only longer ones are looked at. */
export const SHORTEST_KEY = 16
/** Texts from this length on are remembered within one value: agents write the same output two or three times. */
const LONG = 500
const MOST_LEVELS = 512

interface Remembered {
  text: string
  file: string | undefined
  look: Look
}

/** Walks a parsed JSON value and looks at each string in it. */
export class Walk {
  readonly #scan: Scan
  readonly #look: (text: string, context: Context) => Look
  readonly #path: JsonPath = []
  readonly #remembered: Remembered[] = []

  constructor(scan: Scan, look: (text: string, context: Context) => Look) {
    this.#scan = scan
    this.#look = look
  }

  walk(value: unknown, context: Context): void {
    if (typeof value === 'string') this.#leaf(value, context)
    else if (Array.isArray(value)) this.#list(value, context)
    else if (typeof value === 'object' && value !== null) this.#members(value as Record<string, unknown>, context)
  }

  #list(items: readonly unknown[], context: Context): void {
    if (this.#isTooDeep()) return
    for (let index = 0; index < items.length; index += 1) {
      this.#path.push(index)
      this.walk(items[index], context)
      this.#path.pop()
    }
  }

  #members(object: Record<string, unknown>, context: Context): void {
    if (this.#isTooDeep()) return
    const file = pathIn(object) ?? context.file
    const named = namedBy(object)
    const isJwk = typeof object['kty'] === 'string'
    for (const key in object) {
      const value = object[key]
      if (key.length >= SHORTEST_KEY) this.#keep(this.#look(key, withoutName(context)), key, true)
      if (typeof value === 'string') {
        if (isSkipped(key, value)) {
          if (context.known !== undefined) this.#skipped(value, context.known, key)
          continue
        }
      } else if (typeof value !== 'object' || value === null) continue
      this.#path.push(key)
      const name = named !== null && key.toLowerCase() === 'value' ? named : isJwk ? nameInJwk(key) : key
      this.walk(value, inside(context, name, file))
      this.#path.pop()
    }
  }

  #leaf(text: string, context: Context): void {
    if (text.length < 6) return
    if (text.length < LONG || !text.includes('\n')) return this.#keep(this.#look(text, context), null, false)
    const known = this.#remembered.find((one) => one.text === text && one.file === context.file)
    const look = known?.look ?? this.#look(text, context)
    if (known === undefined) this.#remembered.push({ text, file: context.file, look })
    this.#keep(look, null, false)
  }

  #keep({ hits, isComplete }: Look, key: string | null, isKey: boolean): void {
    if (hits.length === 0 && isComplete) return
    const path = key === null ? [...this.#path] : [...this.#path, key]
    for (const hit of hits) this.#scan.findings.push({ ...hit, path, isKey })
    if (!isComplete) this.#scan.unchecked.push({ path, isKey })
  }

  /** A member that is not judged may still hold a value that is known. */
  #skipped(text: string, known: KnownValues, key: string): void {
    this.#path.push(key)
    this.#keep(this.#look(text, { known, onlyKnown: true }), null, false)
    this.#path.pop()
  }

  #isTooDeep(): boolean {
    if (this.#path.length < MOST_LEVELS) return false
    this.#scan.unchecked.push({ path: [...this.#path], isKey: false })
    return true
  }
}

function inside(context: Context, name: string, file: string | undefined): Context {
  return file === undefined ? { ...context, name } : { ...context, name, file }
}

/** The context of a key: what is known of the whole, without the name. */
export function withoutName({ known, onlyKnown }: Context): Context {
  return { ...(known && { known }), ...(onlyKnown && { onlyKnown }) }
}
