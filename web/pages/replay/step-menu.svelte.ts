import { createContext } from 'svelte'
import type { StepRow } from './track.ts'

/** The menu of a step: one for all steps, because one in each would cost more than all else on a card. */
export class StepMenu {
  #row = $state.raw<StepRow>()
  #anchor = $state.raw<HTMLElement>()

  /** The step that the menu is about; undefined while it is closed. */
  get row(): StepRow | undefined {
    return this.#row
  }

  /** The button that opened it. */
  get anchor(): HTMLElement | undefined {
    return this.#anchor
  }

  open(row: StepRow, anchor: HTMLElement): void {
    this.#row = row
    this.#anchor = anchor
  }

  close(): void {
    this.#row = undefined
  }
}

/** `getStepMenu()` while a component of the replay is set up. */
export const [getStepMenu, setStepMenu] = createContext<StepMenu>()
