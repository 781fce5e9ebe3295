import type { FastifyInstance } from 'fastify'
import type { CodeReader, Moment } from '../../db/stores/code-reader.ts'
import { getCode, getCodeDiff, getCodeFile } from '../contract/replay.ts'
import { notFound } from '../errors.ts'
import { mount } from '../mount.ts'
import { compareTexts } from './compare.ts'
import { describeFile, describeFileText } from './files.ts'
import { absolutePath, shownPath } from './shown-path.ts'
import { readDisk } from './disk.ts'

/** What the replay needs. */
export interface ReplayDeps {
  code: CodeReader
  /** The event that a moment names (`seq`, event id, or absent for the end); undefined when there is none. */
  resolveMoment(
    sessionId: string,
    at: string | undefined,
  ): { key: number; seq: number; projectPath: string | null } | undefined
  /** Where a recorded path lies on this machine now. */
  localPath(path: string): string
}

/** Serves what the files of a project held at any event of a session. */
export function replayRoutes(app: FastifyInstance, deps: ReplayDeps): void {
  const { code } = deps

  mount(app, getCode, ({ params, query }) => {
    const { moment, projectPath } = momentOf(deps, params.sessionId, query.at)
    const files = code.filesAt(moment, projectPath === null ? [] : [projectPath])
    return { at: moment.seq, files: files.map((file) => describeFile(code, moment, projectPath, file)) }
  })

  mount(app, getCodeFile, ({ params, query }) => {
    const { moment, projectPath } = momentOf(deps, params.sessionId, query.at)
    const file = code.fileAt(moment, absolutePath(projectPath, query.path))
    if (!file) throw notFound('file', query.path)
    return { at: moment.seq, ...describeFileText(code, moment, projectPath, file) }
  })

  mount(app, getCodeDiff, async ({ params, query }) => {
    const end = momentOf(deps, params.sessionId, query.to === 'disk' ? undefined : query.to)
    const start =
      query.from === undefined || query.from === 'start'
        ? beforeFirst(end)
        : momentOf(deps, params.sessionId, query.from)
    const path = absolutePath(end.projectPath, query.path)
    // Only files that sessions are known to have seen are read from the disk.
    if (!code.isKnown(path)) throw notFound('file', query.path)
    const before = code.textAt(start.moment, path)
    const after = query.to === 'disk' ? await readDisk(deps.localPath(path)) : code.textAt(end.moment, path)
    const name = shownPath(end.projectPath, path)
    return { path: name, ...compareTexts(name, before, after) }
  })
}

interface Resolved {
  moment: Moment
  projectPath: string | null
}

function momentOf(deps: ReplayDeps, sessionId: string, at: string | undefined): Resolved {
  const found = deps.resolveMoment(sessionId, at)
  if (!found) throw at === undefined ? notFound('session', sessionId) : notFound('event', at)
  return { moment: { session: found.key, seq: found.seq }, projectPath: found.projectPath }
}

function beforeFirst(resolved: Resolved): Resolved {
  return { ...resolved, moment: { ...resolved.moment, seq: -1 } }
}
