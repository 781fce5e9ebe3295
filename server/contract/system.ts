import { z } from 'zod'
import { IngestProgress } from './live.ts'
import { AgentSummary } from './agent.ts'
import { defineRoute } from './route.ts'

export const getHealth = defineRoute({
  method: 'GET',
  path: '/api/health',
  summary: 'Says that the server runs, its version, and how far it has read.',
  area: 'System',
  reply: z.object({ status: z.literal('ok'), version: z.string(), ingest: IngestProgress }),
})

export const listAgents = defineRoute({
  method: 'GET',
  path: '/api/agents',
  summary: 'Lists the agents that are known, where they were looked for and what was found.',
  area: 'Settings',
  reply: z.object({ items: z.array(AgentSummary) }),
})

export const pauseImport = defineRoute({
  method: 'POST',
  path: '/api/ingest/cancel',
  summary: 'Leaves what was not read yet where it is. Sessions that grow are kept and read all the same.',
  area: 'System',
  reply: z.object({ ingest: IngestProgress }),
})

export const resumeImport = defineRoute({
  method: 'POST',
  path: '/api/ingest/resume',
  summary: 'Goes on reading where an import was left.',
  area: 'System',
  reply: z.object({ ingest: IngestProgress }),
})

/** Tells where a project's folder is now. The longest `from` that is the path or a parent of it counts. */
export const PathMapping = z.object({
  from: z.string().min(1).max(4096),
  to: z.string().min(1).max(4096),
})
export type PathMapping = z.infer<typeof PathMapping>

const MappingState = PathMapping.extend({
  /** False when `to` is not a folder on this machine now. */
  exists: z.boolean(),
  /** How many sessions the mapping reaches. */
  sessions: z.number().int(),
})

export const listPathMappings = defineRoute({
  method: 'GET',
  path: '/api/path-mappings',
  summary: 'Lists the path mappings, and project folders that are not on this machine.',
  area: 'Settings',
  reply: z.object({
    items: z.array(MappingState),
    /** Project folders that sessions name and that are not here. */
    missing: z.array(z.object({ path: z.string(), sessions: z.number().int() })),
  }),
})

export const putPathMapping = defineRoute({
  method: 'PUT',
  path: '/api/path-mappings',
  summary: 'Adds a path mapping or replaces the one with the same `from`.',
  area: 'Settings',
  body: PathMapping,
  reply: MappingState,
})

export const deletePathMapping = defineRoute({
  method: 'DELETE',
  path: '/api/path-mappings',
  summary: 'Removes a path mapping.',
  area: 'Settings',
  query: z.object({ from: z.string().min(1).max(4096) }),
  reply: z.object({ removed: z.boolean() }),
})

export const getAbout = defineRoute({
  method: 'GET',
  path: '/api/about',
  summary: 'Returns version, folders, sizes and the date of the price table.',
  area: 'System',
  reply: z.object({
    version: z.string(),
    homeDir: z.string(),
    dataDir: z.string(),
    isDemo: z.boolean(),
    /** Bytes that the sources had in all their generations, and bytes that the vault takes for them. */
    rawBytes: z.number().int(),
    vaultBytes: z.number().int(),
    indexBytes: z.number().int(),
    priceDate: z.string(),
  }),
})
