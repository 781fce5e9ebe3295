import type { VaultNoteStore } from '../../db/stores/vault-note-store.ts'
import { WarningSettings } from '../contract/hooks.ts'

/** Under which name the settings are noted in the vault. */
const NOTE = 'warnings'

/** What holds until a person says otherwise. */
export const DEFAULT_WARNINGS: WarningSettings = { levels: [60, 80], snapshot: true, notify: true }

/** When to warn. Read for every look, and set seldom: held in memory. */
export class WarningLevels {
  readonly #notes: Pick<VaultNoteStore, 'find' | 'put'>
  #held: WarningSettings | null = null

  constructor(notes: Pick<VaultNoteStore, 'find' | 'put'>) {
    this.#notes = notes
  }

  get(): WarningSettings {
    if (this.#held === null) {
      const noted = WarningSettings.safeParse(this.#notes.find(NOTE))
      this.#held = noted.success ? noted.data : DEFAULT_WARNINGS
    }
    return this.#held
  }

  /** Levels are put in order, each once. */
  put(settings: WarningSettings): WarningSettings {
    const levels = [...new Set(settings.levels)].sort((a, b) => a - b)
    this.#held = { ...settings, levels }
    this.#notes.put(NOTE, this.#held)
    return this.#held
  }
}
