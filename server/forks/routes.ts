import { stat } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { forkSession, openTerminal } from '../contract/fork.ts'
import { notFound } from '../errors.ts'
import { mount } from '../mount.ts'
import { fork, type ForkDeps } from './fork-session.ts'
import { openInTerminal } from './terminal.ts'

export type { ForkDeps, Forker } from './fork-session.ts'

/** Writes new sessions that end at an event, and opens a terminal in which one is resumed. */
export function forkRoutes(app: FastifyInstance, deps: ForkDeps): void {
  mount(app, forkSession, ({ params, body }) =>
    fork(deps, { sessionId: params.sessionId, at: String(body.at), dryRun: body.dryRun }),
  )

  mount(app, openTerminal, async ({ params }) => {
    const stored = deps.sessions.find(params.sessionId)
    if (!stored) throw notFound('session', params.sessionId)
    const cwd = stored.projectPath === null ? null : deps.localPath(stored.projectPath)
    if (cwd !== null && !(await isFolder(cwd))) {
      const reason = `The project’s folder ${cwd} is not on this machine. Say in Settings where it is now, then try again.`
      return { opened: false, reason }
    }
    const command = deps.resumeCommand(stored.agent, stored.nativeId, cwd, mainFileOf(deps, stored.key))
    if (command === null) return { opened: false, reason: 'This agent cannot resume a session from a terminal.' }
    const reason = await openInTerminal(command, { env: process.env, platform: process.platform })
    return { opened: reason === null, reason }
  })
}

/** An agent may leave stubs beside the file that it goes on in. */
function mainFileOf(deps: ForkDeps, sessionKey: number): string | undefined {
  const sizeOf = (file: { generations: readonly { length: number }[] }) => file.generations.at(-1)?.length ?? 0
  return deps.keptFiles(sessionKey).toSorted((a, b) => sizeOf(b) - sizeOf(a))[0]?.path
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}
