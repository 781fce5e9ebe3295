import CalendarDays from '@lucide/svelte/icons/calendar-days'
import Camera from '@lucide/svelte/icons/camera'
import Eraser from '@lucide/svelte/icons/eraser'
import FoldVertical from '@lucide/svelte/icons/fold-vertical'
import Gauge from '@lucide/svelte/icons/gauge'
import ArchiveRestore from '@lucide/svelte/icons/archive-restore'
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal'
import type { Snapshot, SnapshotReason, SnapshotScope } from '../../../server/contract/snapshots.ts'
import { folderName, formatCountOf } from '../format.ts'

/** How a reason is named and marked: never by colour alone. */
interface ReasonLook {
  word: string
  icon: typeof Camera
  tone: 'accent' | 'compaction' | 'warning' | 'neutral'
}

export const reasonLooks: Record<SnapshotReason, ReasonLook> = {
  manual: { word: 'By hand', icon: Camera, tone: 'accent' },
  compaction: { word: 'Before a compaction', icon: FoldVertical, tone: 'compaction' },
  level: { word: 'Context level', icon: Gauge, tone: 'warning' },
  restore: { word: 'Before a restore', icon: ArchiveRestore, tone: 'neutral' },
  redaction: { word: 'Before a redaction', icon: Eraser, tone: 'neutral' },
  config: { word: 'Before a settings change', icon: SlidersHorizontal, tone: 'neutral' },
  daily: { word: 'Daily', icon: CalendarDays, tone: 'neutral' },
}

/** What a snapshot is called in a sentence: its label in quotes, or its number. */
export function snapshotName({ id, label }: Pick<Snapshot, 'id' | 'label'>): string {
  return label === null ? `snapshot ${id}` : `“${label}”`
}

/** `Everything`, `3 sessions`, `atlas`, `2 projects`. */
export function scopeWords(scope: SnapshotScope): string {
  if ('all' in scope) return 'Everything'
  if ('sessions' in scope) return formatCountOf(scope.sessions.length, 'session')
  const [first, ...others] = scope.projects
  return first !== undefined && others.length === 0
    ? folderName(first)
    : formatCountOf(scope.projects.length, 'project')
}
