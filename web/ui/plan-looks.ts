import Ban from '@lucide/svelte/icons/ban'
import Equal from '@lucide/svelte/icons/equal'
import FilePlus from '@lucide/svelte/icons/file-plus'
import Replace from '@lucide/svelte/icons/replace'
import Trash from '@lucide/svelte/icons/trash-2'
import type { FileAction } from '../../server/contract/change.ts'

/** How an action of a plan is shown: never by colour alone. */
interface ActionLook {
  /** Before it is done: `2 to create`. */
  planned: string
  /** Afterwards: `2 created`. */
  done: string
  /** Of one file in the list, before and after. */
  word: readonly [planned: string, done: string]
  tone: 'neutral' | 'added' | 'warning' | 'removed' | 'error'
  icon: typeof Ban
}

/** The order in which counts are told. */
export const planActions: readonly FileAction[] = ['create', 'replace', 'delete', 'unchanged', 'refused']

export const actionLooks: Record<FileAction, ActionLook> = {
  create: { planned: 'to create', done: 'created', word: ['create', 'created'], tone: 'added', icon: FilePlus },
  replace: { planned: 'to replace', done: 'replaced', word: ['replace', 'replaced'], tone: 'warning', icon: Replace },
  delete: { planned: 'to delete', done: 'deleted', word: ['delete', 'deleted'], tone: 'removed', icon: Trash },
  unchanged: {
    planned: 'unchanged',
    done: 'unchanged',
    word: ['unchanged', 'unchanged'],
    tone: 'neutral',
    icon: Equal,
  },
  refused: { planned: 'refused', done: 'refused', word: ['refused', 'refused'], tone: 'error', icon: Ban },
}
