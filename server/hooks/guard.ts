import { setTimeout as sleep } from 'node:timers/promises'
import type { HookAgent } from '../contract/hooks.ts'
import { hookedAgent } from './agents.ts'
import { newlyWritten, type Found } from './carried.ts'
import type { HeldBackList, Sender } from './held-back.ts'
import { sayHeldCall, sayHeldPrompt } from './held-words.ts'

/** What the guard works with. */
export interface GuardParts {
  /** Looks for secrets in another thread. */
  scan(text: string, options: { isJson: boolean }): Promise<{ found: Found[]; isComplete: boolean }>
  held: HeldBackList
  /** What people call a kind. */
  label(kind: string, provider: string | null): string
  /** Tells whoever looks that something was held back. */
  tell(sender: Sender, labels: string[]): void
  now(): number
}

/** What a hook answers; null lets pass. */
export type HookAnswer = Record<string, unknown> | null

/** Characters that are looked at; what is larger passes unseen. */
const LARGEST = 1_000_000
/** An agent waits for its guard, in milliseconds: what takes longer passes unseen. */
const PATIENCE = 900
const RANK = { definite: 0, likely: 1, candidate: 2 }

/**
 * Holds back prompts and tool calls that carry a secret. A help, no wall: what is too large, what takes too long and what
 * nobody could look at passes, and is counted.
 */
export class Guard {
  readonly #parts: GuardParts

  constructor(parts: GuardParts) {
    this.#parts = parts
  }

  async prompt(agent: HookAgent, prompt: string): Promise<HookAnswer> {
    const found = await this.#look(prompt, { isJson: false })
    if (found.length === 0) return null
    const reason = sayHeldPrompt(prompt, this.#holdBack(found, { agent, tool: null }))
    return { decision: 'block', reason, ...hookedAgent(agent).besideHeldPrompt }
  }

  async toolCall(agent: HookAgent, tool: string, input: unknown): Promise<HookAnswer> {
    const all = await this.#look(JSON.stringify(input), { isJson: true })
    const found = hookedAgent(agent).editTools.includes(tool) ? newlyWritten(input, all) : all
    if (found.length === 0) return null
    const permissionDecisionReason = sayHeldCall(input, this.#holdBack(found, { agent, tool }))
    return {
      hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny', permissionDecisionReason },
    }
  }

  /** The secrets in a text that nobody lets through. */
  async #look(text: string, { isJson }: { isJson: boolean }): Promise<Found[]> {
    const { scan, held } = this.#parts
    const isTooLarge = text.length > LARGEST
    const late = new AbortController()
    const look = isTooLarge
      ? null
      : await Promise.race([scan(text, { isJson }), sleep(PATIENCE, null, { signal: late.signal })]).finally(() =>
          late.abort(),
        )
    const found = (look?.found ?? []).filter(
      ({ tier, state, hash }) =>
        tier !== 'candidate' && state !== 'ignored' && state !== 'rotated' && !held.isLetThrough(hash),
    )
    if (found.length === 0 && look?.isComplete !== true) held.noteUnchecked()
    return found.sort((a, b) => RANK[a.tier] - RANK[b.tier])
  }

  #holdBack(found: readonly Found[], sender: Sender) {
    const { held, label, tell, now } = this.#parts
    held.note(found, sender, now())
    const named = found.map((one) => ({ ...one, label: label(one.kind, one.provider) }))
    tell(sender, [...new Set(named.map((one) => one.label))])
    return named
  }
}
