import Activity from '@lucide/svelte/icons/activity'
import Archive from '@lucide/svelte/icons/archive'
import Keyboard from '@lucide/svelte/icons/keyboard'
import Link from '@lucide/svelte/icons/link'
import List from '@lucide/svelte/icons/list'
import Settings from '@lucide/svelte/icons/settings'
import SunMoon from '@lucide/svelte/icons/sun-moon'
import { pathOf } from '../routes.ts'
import type { AppState } from '../state/app.ts'

/** Something that the palette offers besides sessions. */
export interface PaletteAction {
  label: string
  /** The key that does the same. */
  keys?: string
  icon: typeof List
  run: () => void
}

/** Screens to go to and things to do from anywhere. */
export function paletteActions(
  app: Pick<AppState, 'router' | 'theme' | 'toasts'> & { onhelp: () => void },
): PaletteAction[] {
  const { router, theme, toasts, onhelp } = app
  return [
    { label: 'Go to Live', keys: 'g l', icon: Activity, run: () => router.navigate(pathOf({ page: 'live' })) },
    { label: 'Go to Sessions', keys: 'g s', icon: List, run: () => router.navigate(pathOf({ page: 'sessions' })) },
    { label: 'Go to Vault', keys: 'g v', icon: Archive, run: () => router.navigate('/vault') },
    { label: 'Go to Settings', keys: 'g ,', icon: Settings, run: () => router.navigate(pathOf({ page: 'settings' })) },
    { label: 'Switch between dark and light', icon: SunMoon, run: () => theme.toggle() },
    { label: 'Copy a link to this view', icon: Link, run: () => void copyLink(toasts) },
    { label: 'Show the keys', keys: '?', icon: Keyboard, run: onhelp },
  ]
}

async function copyLink(toasts: AppState['toasts']): Promise<void> {
  try {
    await navigator.clipboard.writeText(location.href)
    toasts.show('Link copied')
  } catch {
    toasts.show('The browser did not allow to copy. The address bar holds the link.', 'error')
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
