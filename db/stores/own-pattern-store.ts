import { z } from 'zod'
import { OwnPattern, type PatternDraft } from '../../server/contract/own-patterns.ts'
import type { Sqlite } from '../client.ts'
import { VaultNoteStore } from './vault-note-store.ts'

/** Under which name they are noted in the vault. */
const NOTE = 'own-patterns'

const Noted = z.object({
  /** Counts the changes after which more may be found: what was looked through before them is behind. */
  revision: z.number().int(),
  /** The highest id that was ever given. */
  lastId: z.number().int(),
  patterns: z.array(OwnPattern),
})
type Noted = z.infer<typeof Noted>

/** The user's own patterns of secrets. They stand in the vault, because nothing could make them again. */
export class OwnPatternStore {
  readonly #notes: VaultNoteStore

  constructor(vault: Sqlite) {
    this.#notes = new VaultNoteStore(vault)
  }

  list(): OwnPattern[] {
    return this.#read().patterns
  }

  get revision(): number {
    return this.#read().revision
  }

  add(draft: PatternDraft): OwnPattern {
    const { revision, lastId, patterns } = this.#read()
    const added = patternOf(lastId + 1, draft)
    this.#notes.put(NOTE, { revision: revision + 1, lastId: added.id, patterns: [...patterns, added] })
    return added
  }

  /** Undefined when there is none of that id. */
  change(id: number, draft: PatternDraft): OwnPattern | undefined {
    const { revision, lastId, patterns } = this.#read()
    const before = patterns.find((one) => one.id === id)
    if (before === undefined) return undefined
    const after = patternOf(id, draft)
    const findsOthers = before.pattern !== after.pattern || before.keyword !== after.keyword
    const changed = patterns.map((one) => (one.id === id ? after : one))
    this.#notes.put(NOTE, { revision: findsOthers ? revision + 1 : revision, lastId, patterns: changed })
    return after
  }

  /** False when there was none of that id. */
  remove(id: number): boolean {
    const { revision, lastId, patterns } = this.#read()
    const rest = patterns.filter((one) => one.id !== id)
    if (rest.length === patterns.length) return false
    this.#notes.put(NOTE, { revision, lastId, patterns: rest })
    return true
  }

  #read(): Noted {
    return Noted.catch({ revision: 0, lastId: 0, patterns: [] }).parse(this.#notes.find(NOTE))
  }
}

function patternOf(id: number, { name, pattern, keyword }: PatternDraft): OwnPattern {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return { id, name, pattern, keyword, kind: `own-${slug === '' ? id : slug}` }
}
