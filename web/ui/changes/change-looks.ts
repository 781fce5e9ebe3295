import Archive from '@lucide/svelte/icons/archive-restore'
import Eraser from '@lucide/svelte/icons/eraser'
import FileCode from '@lucide/svelte/icons/file-code'
import GitFork from '@lucide/svelte/icons/git-fork'
import NotebookPen from '@lucide/svelte/icons/notebook-pen'
import Forward from '@lucide/svelte/icons/forward'
import Plug from '@lucide/svelte/icons/plug'
import type { ChangeKind } from '../../../server/contract/change.ts'

/** How a kind of change is named and marked. */
export const changeLooks: Record<ChangeKind, { word: string; icon: typeof Archive }> = {
  restore: { word: 'Restore', icon: Archive },
  code: { word: 'Code', icon: FileCode },
  fork: { word: 'Fork', icon: GitFork },
  hooks: { word: 'Agent settings', icon: Plug },
  brief: { word: 'Recovery brief', icon: NotebookPen },
  redaction: { word: 'Redaction', icon: Eraser },
  handoff: { word: 'Hand-off', icon: Forward },
}
