import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionStore } from '../db/stores/session-store.ts'
import { AppError } from './errors.ts'
import type { Ingest } from './ingest/ingest.ts'
import type { Secrets } from './secrets/secrets.ts'
import { chooseState, type KeptFile } from './sessions/kept-file.ts'
import { Exports } from './sharing/exports.ts'
import type { SharingDeps } from './sharing/routes.ts'

const SHARED =
  'The agent writes all runs of a folder into one file, so one run cannot leave by itself. Nothing was exported.'

/** Ties exporting together. What an earlier run left half made is removed. */
export function composeSharing(material: {
  sessions: SessionStore
  keptFiles(sessionKey: number): KeptFile[]
  secrets: Secrets
  ingest: Ingest
  dataDir: string
}): SharingDeps {
  const { sessions, keptFiles, secrets, ingest, dataDir } = material
  const folder = join(dataDir, 'exports')
  rmSync(folder, { recursive: true, force: true })
  return {
    exports: new Exports({
      folder,
      stateOf: (sessionId, generation) => {
        const key = sessions.find(sessionId)?.key
        if (key === undefined) return undefined
        if (sessions.sharesItsFile(key)) throw new AppError('conflict', SHARED)
        return chooseState(keptFiles(key), generation)
      },
      redact: (request) => ingest.redact(request),
      describe: (id) => {
        const secret = secrets.find(id)
        if (secret === undefined) return undefined
        const { placeholder, kind, label, tier } = secret
        return { secretId: id, placeholder, kind, label, tier }
      },
    }),
  }
}
