import { stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { PathMappingStore } from '../../db/stores/path-mapping-store.ts'
import type { SessionStore } from '../../db/stores/session-store.ts'
import type { AgentSummary } from '../contract/agent.ts'
import type { IngestProgress } from '../contract/live.ts'
import {
  deletePathMapping,
  getAbout,
  getHealth,
  listAgents,
  listPathMappings,
  pauseImport,
  putPathMapping,
  resumeImport,
  type PathMapping,
} from '../contract/system.ts'
import { AppError } from '../errors.ts'
import type { LiveHub } from '../live/hub.ts'
import { mount } from '../mount.ts'
import { reaches } from './path-mappings.ts'

/** What the routes of this feature need. */
export interface SettingsDeps {
  version: string
  homeDir: string
  dataDir: string
  isDemo: boolean
  priceDate: string
  sessions: SessionStore
  mappings: PathMappingStore
  live: LiveHub
  progress(): IngestProgress
  /** Where the backlog of an import can be left and taken up again; resolves when it is. */
  ingest: { pauseImport(): Promise<void>; resumeImport(): Promise<void> }
  /** What is known of each agent from its folders and the vault. */
  describeAgents(): Promise<Omit<AgentSummary, 'sessions' | 'problems' | 'unknownKinds'>[]>
  /** Bytes that were kept, and that the two databases take. */
  sizes(): Promise<{ rawBytes: number; vaultBytes: number; indexBytes: number }>
}

/** Tells how the server stands, which agents it found, and where moved projects are. */
export function settingsRoutes(app: FastifyInstance, deps: SettingsDeps): void {
  mount(app, getHealth, () => ({ status: 'ok' as const, version: deps.version, ingest: deps.progress() }))

  mount(app, pauseImport, async () => {
    await deps.ingest.pauseImport()
    return { ingest: deps.progress() }
  })

  mount(app, resumeImport, async () => {
    await deps.ingest.resumeImport()
    return { ingest: deps.progress() }
  })

  mount(app, getAbout, async () => ({
    version: deps.version,
    homeDir: deps.homeDir,
    dataDir: deps.dataDir,
    isDemo: deps.isDemo,
    priceDate: deps.priceDate,
    ...(await deps.sizes()),
  }))

  mount(app, listAgents, async () => {
    const agents = await deps.describeAgents()
    const items = agents.map((agent) => ({
      ...agent,
      ...deps.sessions.countOf(agent.id),
      unknownKinds: deps.sessions.unknownKinds(agent.id),
    }))
    return { items }
  })

  mount(app, listPathMappings, async () => {
    const mappings = deps.mappings.list()
    const projects = deps.sessions.facets().projects
    const unmapped = projects.filter((project) => !mappings.some((mapping) => reaches(mapping, project.path)))
    const isHere = await Promise.all(unmapped.map((project) => isFolder(project.path)))
    return {
      items: await Promise.all(mappings.map((mapping) => describe(deps, mapping))),
      missing: unmapped.filter((_, index) => !isHere[index]),
    }
  })

  mount(app, putPathMapping, async ({ body }) => {
    if (!isAnywhereAbsolute(body.from) || !isAbsolute(body.to)) {
      throw new AppError('bad_request', 'Both folders of a path mapping have to be whole paths, from the root on.')
    }
    if (!(await isFolder(body.to))) {
      throw new AppError(
        'bad_request',
        `“${body.to}” is not a folder on this machine. Choose the folder where the project is now.`,
      )
    }
    deps.mappings.put(body)
    deps.live.announce({ kind: 'settings' })
    return describe(deps, body)
  })

  mount(app, deletePathMapping, ({ query }) => {
    const removed = deps.mappings.remove(query.from)
    if (removed) deps.live.announce({ kind: 'settings' })
    return { removed }
  })
}

async function describe(deps: SettingsDeps, mapping: PathMapping) {
  const projects = deps.sessions.facets().projects.filter((project) => reaches(mapping, project.path))
  return {
    ...mapping,
    exists: await isFolder(mapping.to),
    sessions: projects.reduce((sum, project) => sum + project.sessions, 0),
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found?.isDirectory() ?? false
}

/** A project may come from a machine of another kind. */
function isAnywhereAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path)
}
