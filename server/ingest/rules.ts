import type { OwnPatternStore } from '../../db/stores/own-pattern-store.ts'
import type { OwnPatterns } from '../redaction/finding.ts'
import { compilePattern } from '../redaction/re2-pattern.ts'
import { rulesWith } from '../redaction/rules-version.ts'

/** The rules that are in force: those of the engine and the user's own patterns. */
export class Rules {
  /** The user's patterns. A scanner holds this list, and follows when it changes. */
  readonly own: OwnPatterns[] = []
  readonly #store: OwnPatternStore
  #version = ''

  constructor(store: OwnPatternStore) {
    this.#store = store
    this.reload()
  }

  /** Changes when more may be found than before. */
  get version(): string {
    return this.#version
  }

  /** Reads the user's patterns again. One that cannot be used any more is left out. */
  reload(): void {
    this.#version = rulesWith(this.#store.revision)
    const compiled = this.#store.list().map((one) => compilePattern(one).pattern)
    this.own.splice(0, this.own.length, ...compiled.filter((pattern) => pattern !== null))
  }
}
