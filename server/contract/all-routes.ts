import type { Route } from './route.ts'
import * as change from './change.ts'
import * as compaction from './compaction.ts'
import * as elsewhere from './elsewhere.ts'
import * as fork from './fork.ts'
import * as guard from './guard.ts'
import * as handoff from './handoff.ts'
import * as hooks from './hooks.ts'
import * as ownPatterns from './own-patterns.ts'
import * as projects from './projects.ts'
import * as replay from './replay.ts'
import * as redactions from './redactions.ts'
import * as secrets from './secrets.ts'
import * as restore from './restore.ts'
import * as sessions from './sessions.ts'
import * as sharing from './sharing.ts'
import * as snapshots from './snapshots.ts'
import * as system from './system.ts'

/** Every route that exists. A test holds that each is mounted and stands in the OpenAPI document. */
export const allRoutes: readonly Route[] = [
  replay,
  sessions,
  projects,
  compaction,
  system,
  change,
  restore,
  fork,
  handoff,
  snapshots,
  hooks,
  guard,
  secrets,
  ownPatterns,
  elsewhere,
  sharing,
  redactions,
]
  .flatMap((area) => Object.values(area))
  .filter((value): value is Route => typeof value === 'object' && 'reply' in value && 'method' in value)
