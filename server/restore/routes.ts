import type { FastifyInstance } from 'fastify'
import { listChanges, undoChange } from '../contract/change.ts'
import { restoreCode, restoreSession, restoreSnapshot } from '../contract/restore.ts'
import { mount } from '../mount.ts'
import type { Outside } from '../outside/outside.ts'
import type { CodeRestores } from './code-restores.ts'
import type { Restores } from './restores.ts'

/** What these routes need. */
export interface RestoreDeps {
  outside: Outside
  restores: Restores
  codeRestores: CodeRestores
}

/** Brings sessions and code back, and lists and undoes what was written outside. */
export function restoreRoutes(app: FastifyInstance, { outside, restores, codeRestores }: RestoreDeps): void {
  mount(app, restoreSnapshot, ({ params, body }) => restores.ofSnapshot(params.snapshotId, body, body))

  mount(app, restoreSession, ({ params, body }) => restores.ofSession(params.sessionId, body, body))

  mount(app, restoreCode, ({ params, body }) => codeRestores.restore(params.sessionId, body))

  mount(app, listChanges, ({ query }) => outside.list(query))

  mount(app, undoChange, async ({ params, body }) => {
    const note = outside.noteOf(params.changeId)
    const { files, applied } = await outside.undo(params.changeId, body)
    if (applied) await codeRestores.afterUndo(note)
    return { files, applied }
  })
}
