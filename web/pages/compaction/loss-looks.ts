import CircleCheck from '@lucide/svelte/icons/circle-check'
import CircleDashed from '@lucide/svelte/icons/circle-dashed'
import CircleX from '@lucide/svelte/icons/circle-x'
import FilePen from '@lucide/svelte/icons/file-pen'
import ListTodo from '@lucide/svelte/icons/list-todo'
import MessageSquare from '@lucide/svelte/icons/message-square'
import Scale from '@lucide/svelte/icons/scale'
import Terminal from '@lucide/svelte/icons/terminal'
import TriangleAlert from '@lucide/svelte/icons/triangle-alert'
import Undo from '@lucide/svelte/icons/undo-2'
import type { Coverage, LostKind } from '../../../server/contract/compaction.ts'

interface KindLook {
  one: string
  many: string
  icon: typeof FilePen
}

/** What each kind of thing is called, in the order in which filters list them. */
export const kindLooks: Record<LostKind, KindLook> = {
  instruction: { one: 'Instruction', many: 'Instructions', icon: MessageSquare },
  decision: { one: 'Decision', many: 'Decisions', icon: Scale },
  rejected: { one: 'Rejected', many: 'Rejected', icon: Undo },
  todo: { one: 'Open to-do', many: 'Open to-dos', icon: ListTodo },
  error: { one: 'Error', many: 'Errors', icon: TriangleAlert },
  file: { one: 'File', many: 'Files', icon: FilePen },
  command: { one: 'Command', many: 'Commands', icon: Terminal },
}

interface CoverageLook {
  label: string
  /** A sentence for who wants to know more. */
  about: string
  tone: 'error' | 'warning' | 'added'
  icon: typeof FilePen
}

/** How much the summary still says of a thing: by word and sign, never by colour alone. */
export const coverageLooks: Record<Coverage, CoverageLook> = {
  lost: { label: 'lost', about: 'The summary does not say it', tone: 'error', icon: CircleX },
  partly: { label: 'partly', about: 'The summary says some of it', tone: 'warning', icon: CircleDashed },
  kept: { label: 'kept', about: 'The summary still says it', tone: 'added', icon: CircleCheck },
}
