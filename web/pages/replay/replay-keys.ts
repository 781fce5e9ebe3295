import type { KeyBinding } from '../../state/keys.svelte.ts'
import { CODE_MODES } from './replay-url.ts'
import type { ReplayView } from './replay-view.svelte.ts'

/** What keys need of the page besides the view. */
export interface PageActions {
  openFind: () => void
  closeFind: () => void
  copyLink: () => void
  /** Goes to what the last compaction before the moment lost, else the next one. */
  openLoss: () => void
}

/** The keys of the replay, as the help lists them. */
export function replayKeys(view: ReplayView, page: PageActions): KeyBinding[] {
  const { playback } = view
  const edit = (direction: 1 | -1) => {
    if (view.pinned === null || !view.jumpToMark('fileEdits', direction)) view.jumpToMark('edits', direction)
  }
  return [
    { keys: 'ArrowRight', also: ['l'], label: 'Step on', run: () => view.step(1) },
    { keys: 'ArrowLeft', also: ['h'], label: 'Step back', run: () => view.step(-1) },
    { keys: 'ArrowDown', also: ['j'], label: 'Next prompt', run: () => view.jumpToMark('prompts', 1) },
    { keys: 'ArrowUp', also: ['k'], label: 'Previous prompt', run: () => view.jumpToMark('prompts', -1) },
    { keys: 'e', label: 'Next edit, of the kept file when there is one', run: () => edit(1) },
    { keys: 'E', label: 'Previous edit', run: () => edit(-1) },
    { keys: 'x', label: 'Next error', run: () => view.jumpToMark('errors', 1) },
    { keys: 'X', label: 'Previous error', run: () => view.jumpToMark('errors', -1) },
    { keys: 'c', label: 'Next compaction', run: () => view.jumpToMark('compactions', 1) },
    { keys: 'C', label: 'Previous compaction', run: () => view.jumpToMark('compactions', -1) },
    { keys: 'Space', label: 'Play or pause', run: () => (playback.isPlaying ? playback.pause() : playback.play()) },
    { keys: '/', label: 'Find in this session', run: page.openFind },
    { keys: 'n', label: 'Next match', run: () => view.jumpToHit(1) },
    { keys: 'N', label: 'Previous match', run: () => view.jumpToHit(-1) },
    { keys: 'Escape', label: 'Close the find bar', run: page.closeFind },
    { keys: 'd', label: 'Next way to show the file: content, diff', run: () => nextMode(view) },
    {
      keys: 'f',
      label: 'Follow the end of a live session',
      run: () => (playback.isFollowing ? playback.unfollow() : playback.follow()),
    },
    { keys: 'F', label: 'Fork here: a new session that ends at this step', run: () => view.fork() },
    { keys: 'H', label: 'Continue in another agent, up to this step', run: () => view.handOff() },
    { keys: 'S', label: 'Export this session', run: () => view.exportSession() },
    { keys: 'D', label: 'Redact the secrets of this session', run: () => view.redactSession() },
    { keys: 'R', label: 'Restore the code to this step', run: () => view.restoreCode() },
    { keys: 'w', label: 'What the compaction lost', run: page.openLoss },
    { keys: 'Shift+Home', label: 'First step', run: () => view.seek(0) },
    { keys: 'Shift+End', label: 'Last step', run: () => view.seek(view.track.length - 1) },
    { keys: 'y', label: 'Copy a link to this moment', run: page.copyLink },
  ]
}

function nextMode(view: ReplayView): void {
  const index = CODE_MODES.indexOf(view.mode)
  view.mode = CODE_MODES[(index + 1) % CODE_MODES.length] ?? 'content'
}
