import { z } from 'zod'
import { isDiskFull } from '../../db/database-error.ts'
import type { VaultNoteStore } from '../../db/stores/vault-note-store.ts'
import type { GuardReport } from '../contract/guard.ts'
import { HookAgent } from '../contract/hooks.ts'
import { SecretTier } from '../contract/secrets.ts'
import { hookedAgent } from './agents.ts'
import type { Found } from './carried.ts'

/** Under which name it is noted in the vault. */
const NOTE = 'guard'
/** Older ones are forgotten, unless they are let through. */
const MOST_ITEMS = 100

const Item = z.object({
  id: z.number().int(),
  /** Keyed hash of the value: the value itself is noted nowhere. */
  hash: z.string(),
  kind: z.string(),
  provider: z.string().nullable(),
  placeholder: z.string(),
  tier: SecretTier,
  agent: HookAgent,
  tool: z.string().nullable(),
  times: z.number().int(),
  /** Milliseconds since 1970. */
  lastAt: z.number(),
  isLetThrough: z.boolean(),
})
type Item = z.infer<typeof Item>

const Noted = z.object({
  prompts: z.number().int(),
  toolCalls: z.number().int(),
  unchecked: z.number().int(),
  /** Newest first. */
  items: z.array(Item),
})
type Noted = z.infer<typeof Noted>

const NOTHING: Noted = { prompts: 0, toolCalls: 0, unchecked: 0, items: [] }

/** Who was about to send it, and through which tool; null for a prompt. */
export interface Sender {
  agent: HookAgent
  tool: string | null
}

/** What the guard held back, counted and by secret, and which of these a person lets through. */
export class HeldBackList {
  readonly #notes: Pick<VaultNoteStore, 'find' | 'put'>
  readonly #label: (kind: string, provider: string | null) => string
  #noted: Noted | null = null

  constructor(notes: Pick<VaultNoteStore, 'find' | 'put'>, label: (kind: string, provider: string | null) => string) {
    this.#notes = notes
    this.#label = label
  }

  report(): GuardReport {
    const { items, ...counts } = this.#read()
    return {
      ...counts,
      items: items.map(({ hash: _hash, lastAt, provider, ...item }) => ({
        ...item,
        label: this.#label(item.kind, provider),
        agentLabel: hookedAgent(item.agent).label,
        lastAt: new Date(lastAt).toISOString(),
      })),
    }
  }

  isLetThrough(hash: string): boolean {
    return this.#read().items.some((item) => item.hash === hash && item.isLetThrough)
  }

  /** Counts a prompt or a call that was held back, and notes its secrets. */
  note(found: readonly Found[], { agent, tool }: Sender, at: number): void {
    const noted = this.#read()
    const hashes = new Map(found.map((one) => [one.hash, one]))
    let id = Math.max(0, ...noted.items.map((item) => item.id))
    const fresh = [...hashes.values()].map(({ hash, kind, provider, placeholder, tier }) => {
      const before = noted.items.find((item) => item.hash === hash)
      const times = (before?.times ?? 0) + 1
      const isLetThrough = before?.isLetThrough ?? false
      const item = { hash, kind, provider, placeholder, tier, agent, tool, times, lastAt: at, isLetThrough }
      return { id: before?.id ?? ++id, ...item }
    })
    const items = [...fresh, ...noted.items.filter(({ hash }) => !hashes.has(hash))]
    this.#write({
      ...noted,
      prompts: noted.prompts + (tool === null ? 1 : 0),
      toolCalls: noted.toolCalls + (tool === null ? 0 : 1),
      items: items.filter((item, place) => place < MOST_ITEMS || item.isLetThrough),
    })
  }

  /** Counts one that was let pass unseen. */
  noteUnchecked(): void {
    const noted = this.#read()
    this.#write({ ...noted, unchecked: noted.unchecked + 1 })
  }

  /** False when there is none of that id. */
  letThrough(id: number, isLetThrough: boolean): boolean {
    const noted = this.#read()
    if (!noted.items.some((item) => item.id === id)) return false
    this.#write({ ...noted, items: noted.items.map((item) => (item.id === id ? { ...item, isLetThrough } : item)) })
    return true
  }

  #read(): Noted {
    if (this.#noted === null) {
      const noted = Noted.safeParse(this.#notes.find(NOTE))
      this.#noted = noted.success ? noted.data : NOTHING
    }
    return this.#noted
  }

  #write(noted: Noted): void {
    this.#noted = noted
    try {
      this.#notes.put(NOTE, noted)
    } catch (error) {
      // On a full disk it counts for as long as the program runs: nothing passes because of that.
      if (!isDiskFull(error)) throw error
    }
  }
}
