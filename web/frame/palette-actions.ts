import Activity from '@lucide/svelte/icons/activity'
import Archive from '@lucide/svelte/icons/archive'
import Camera from '@lucide/svelte/icons/camera'
import Eraser from '@lucide/svelte/icons/eraser'
import FoldVertical from '@lucide/svelte/icons/fold-vertical'
import Forward from '@lucide/svelte/icons/forward'
import GitFork from '@lucide/svelte/icons/git-fork'
import KeyRound from '@lucide/svelte/icons/key-round'
import Keyboard from '@lucide/svelte/icons/keyboard'
import Link from '@lucide/svelte/icons/link'
import Layers from '@lucide/svelte/icons/layers'
import List from '@lucide/svelte/icons/list'
import Settings from '@lucide/svelte/icons/settings'
import SunMoon from '@lucide/svelte/icons/sun-moon'
import Undo from '@lucide/svelte/icons/undo-2'
import { createSnapshot } from '../../server/contract/snapshots.ts'
import { call, sentenceOf } from '../api/call.ts'
import { pathOf } from '../routes.ts'
import type { AppState } from '../state/app.ts'
import { copyText } from '../state/clipboard.ts'
import { offerSnapshot } from '../ui/snapshots/offer-snapshot.ts'
import { verbPrefixes } from './palette-query.ts'

/** Something that the palette offers besides sessions. */
export interface PaletteAction {
  label: string
  /** The key that does the same. */
  keys?: string
  icon: typeof List
  run: () => void
  /** True where it asks for a session next: the palette stays. */
  isStaying?: boolean
}

interface PaletteParts extends Pick<AppState, 'router' | 'theme' | 'toasts'> {
  onhelp: () => void
  /** Takes back what was written outside last. */
  onundo: () => void
  /** Goes on with other words in the palette. */
  onask: (query: string) => void
}

/** Screens to go to and things to do from anywhere. */
export function paletteActions({ router, theme, toasts, onhelp, onundo, onask }: PaletteParts): PaletteAction[] {
  return [
    {
      label: 'What was lost in …',
      icon: FoldVertical,
      run: () => onask(verbPrefixes.lost),
      isStaying: true,
    },
    { label: 'Fork …', icon: GitFork, run: () => onask(verbPrefixes.fork), isStaying: true },
    { label: 'Continue in another agent …', icon: Forward, run: () => onask(verbPrefixes.handoff), isStaying: true },
    { label: 'All sessions of a project …', icon: Layers, run: () => onask(verbPrefixes.project), isStaying: true },
    { label: 'Redact …', icon: Eraser, run: () => onask(verbPrefixes.redact), isStaying: true },
    { label: 'Snapshot everything now', icon: Camera, run: () => void snapshotAll({ router, toasts }) },
    { label: 'Go to Live', keys: 'g l', icon: Activity, run: () => router.navigate(pathOf({ page: 'live' })) },
    { label: 'Go to Sessions', keys: 'g s', icon: List, run: () => router.navigate(pathOf({ page: 'sessions' })) },
    { label: 'Go to Vault', keys: 'g v', icon: Archive, run: () => router.navigate('/vault') },
    { label: 'Go to Secrets', keys: 'g k', icon: KeyRound, run: () => router.navigate('/secrets') },
    { label: 'Go to Settings', keys: 'g ,', icon: Settings, run: () => router.navigate(pathOf({ page: 'settings' })) },
    { label: 'Undo the last change outside', icon: Undo, run: onundo },
    { label: 'Switch between dark and light', icon: SunMoon, run: () => theme.toggle() },
    {
      label: 'Copy a link to this view',
      icon: Link,
      run: () => void copyText(toasts, location.href, 'Link copied'),
    },
    { label: 'Show the keys', keys: '?', icon: Keyboard, run: onhelp },
  ]
}

async function snapshotAll(app: Pick<AppState, 'router' | 'toasts'>): Promise<void> {
  try {
    offerSnapshot(app, await call(createSnapshot, { body: { scope: { all: true } } }))
  } catch (error) {
    app.toasts.show(sentenceOf(error), 'error')
  }
}

/** True when a text has all the words, in any order. */
export function hasWords(text: string, words: string): boolean {
  const lower = text.toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.includes(word))
}
