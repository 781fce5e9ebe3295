import type { Replay } from './replay.svelte.ts'

/** What each key does; shown in the page too. */
export const KEYS: readonly { keys: string; label: string }[] = [
  { keys: 'Space', label: 'play or pause' },
  { keys: '← →', label: 'step' },
  { keys: '↑ ↓', label: 'prompt' },
  { keys: 'e E', label: 'edit' },
  { keys: 'x X', label: 'error' },
  { keys: 'c C', label: 'compaction' },
  { keys: 'd', label: 'diff or content' },
]

/** Moves the replay. False when the key means nothing here. */
export function pressKey(replay: Replay, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  switch (event.key) {
    case ' ':
      replay.toggle()
      return true
    case 'ArrowRight':
      replay.move(1)
      return true
    case 'ArrowLeft':
      replay.move(-1)
      return true
    case 'ArrowDown':
    case 'ArrowUp':
      replay.find(event.key === 'ArrowDown' ? 1 : -1, (step) => step.event.kind === 'prompt')
      return true
    case 'Home':
      replay.seek(0)
      return true
    case 'End':
      replay.seek(replay.steps.length - 1)
      return true
    case 'd':
      replay.isDiff = !replay.isDiff
      return true
  }
  const by = event.key === event.key.toLowerCase() ? 1 : -1
  switch (event.key.toLowerCase()) {
    case 'e':
      replay.find(by, (step) => step.isEdit)
      return true
    case 'x':
      replay.find(by, (step) => step.isError)
      return true
    case 'c':
      replay.find(by, (step) => step.event.kind === 'compaction')
      return true
    default:
      return false
  }
}
