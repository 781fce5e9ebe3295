import type { KeyBinding } from '../../state/keys.svelte.ts'

/** What the keys of the page can do. */
export interface LossActions {
  move: (by: 1 | -1) => void
  tick: () => void
  why: () => void
  replay: () => void
  tickShown: () => void
  fork: () => void
  brief: () => void
  find: () => void
  goTo: (by: 1 | -1) => void
}

/** The keys of what was lost, as the help lists them. */
export function lossKeys(page: LossActions): KeyBinding[] {
  return [
    { keys: 'f', label: 'Fork before the compaction', run: page.fork },
    { keys: 'b', label: 'Recovery brief, or the summary again', run: page.brief },
    { keys: 'j', also: ['ArrowDown'], label: 'Next thing', run: () => page.move(1), when: isNoSlider },
    { keys: 'k', also: ['ArrowUp'], label: 'Thing before', run: () => page.move(-1), when: isNoSlider },
    { keys: 'Space', label: 'Tick it for the brief', run: page.tick, when: isNoControl },
    { keys: 'a', label: 'Tick all that is shown, or none of it', run: page.tickShown },
    { keys: 'w', label: 'Why it counts as kept or lost', run: page.why },
    { keys: 'Enter', label: 'Show it in the replay', run: page.replay, when: isNoButton },
    { keys: '/', label: 'Filter by words', run: page.find },
    { keys: 'c', label: 'Compaction after this one', run: () => page.goTo(1) },
    { keys: 'C', label: 'Compaction before this one', run: () => page.goTo(-1) },
  ]
}

/** Controls answer to the space bar themselves. */
function isNoControl({ target }: KeyboardEvent): boolean {
  return !(target instanceof Element) || target.closest('button, a, input, summary') === null
}

/** Enter does nothing on a box to tick; buttons and links have their own use for it. */
function isNoButton({ target }: KeyboardEvent): boolean {
  return !(target instanceof Element) || target.closest('button, a, summary') === null
}

/** The arrows move the budget while it is held. */
function isNoSlider({ target, key }: KeyboardEvent): boolean {
  return !key.startsWith('Arrow') || !(target instanceof HTMLInputElement) || target.type !== 'range'
}
