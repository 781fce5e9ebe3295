import type { KeyBinding } from '../../state/keys.svelte.ts'
import type { ProjectView } from './project-view.svelte.ts'

/** The keys of a project's page, as the help lists them. `open` goes to the replay at the playhead. */
export function projectKeys(view: ProjectView, open: () => void): KeyBinding[] {
  return [
    { keys: 'ArrowRight', also: ['l'], label: 'Next mark of any session', run: () => view.step(1) },
    { keys: 'ArrowLeft', also: ['h'], label: 'Previous mark', run: () => view.step(-1) },
    { keys: 'ArrowDown', also: ['j'], label: 'Session below, at the same time', run: () => view.stepLane(1) },
    { keys: 'ArrowUp', also: ['k'], label: 'Session above', run: () => view.stepLane(-1) },
    { keys: 'e', label: 'Next edit', run: () => view.jumpTo('edit', 1) },
    { keys: 'E', label: 'Previous edit', run: () => view.jumpTo('edit', -1) },
    { keys: 'x', label: 'Next error', run: () => view.jumpTo('error', 1) },
    { keys: 'X', label: 'Previous error', run: () => view.jumpTo('error', -1) },
    { keys: 'Enter', label: 'Open the replay at this mark', run: open, when: isFree },
    { keys: 'Home', also: ['Shift+Home'], label: 'First mark', run: () => view.seek(0) },
    { keys: 'End', also: ['Shift+End'], label: 'Last mark', run: () => view.seek(view.marks.length - 1) },
    { keys: 'f', label: 'Follow the end', run: () => (view.isFollowing ? view.unfollow() : view.follow()) },
  ]
}

/** Enter on a link or a button is for that. */
function isFree({ target }: KeyboardEvent): boolean {
  return !(target instanceof Element && target.closest('a, button, summary'))
}
