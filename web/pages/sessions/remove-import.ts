import { listImports, removeImport } from '../../../server/contract/sharing.ts'
import { call, sentenceOf } from '../../api/call.ts'
import type { Toasts } from '../../ui/toasts.svelte.ts'

/** Removes the files that a session was imported with, and says what stays. */
export async function removeImportOf(toasts: Toasts, sessionId: string): Promise<void> {
  try {
    const { items } = await call(listImports)
    const found = items.find(({ sessions }) => sessions.includes(sessionId))
    if (found) await call(removeImport, { params: { importId: found.id } })
    toasts.show('The imported files are removed. What the vault kept of the session stays.')
  } catch (error) {
    toasts.show(sentenceOf(error), 'error')
  }
}
