import { createContext } from 'svelte'
import type { LiveClient } from '../api/live.ts'
import type { Toasts } from '../ui/toasts.svelte.ts'
import type { ContextWarnings } from './context-warnings.svelte.ts'
import type { Ingest } from './ingest.svelte.ts'
import type { Keys } from './keys.svelte.ts'
import type { Notifications } from './notifications.svelte.ts'
import type { Router } from './router.svelte.ts'
import type { Theme } from './theme.svelte.ts'

/** What every page can use. Made once by App.svelte. */
export interface AppState {
  router: Router
  live: LiveClient
  theme: Theme
  keys: Keys
  toasts: Toasts
  ingest: Ingest
  notifications: Notifications
  warnings: ContextWarnings
}

/** `getApp()` while a component is set up: `const { router, live, theme, keys } = getApp()`. */
export const [getApp, setApp] = createContext<AppState>()
