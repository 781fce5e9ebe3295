import { join } from 'node:path'
import { KeptFileStore } from '../../db/stores/kept-file-store.ts'
import { PlaceStore } from '../../db/stores/place-store.ts'
import { RedactionStore } from '../../db/stores/redaction-store.ts'
import { RelocationStore } from '../../db/stores/relocation-store.ts'
import { isShared } from '../adapters/shared/is-shared.ts'
import { splittersOf } from './pieces-of.ts'
import { RedactionBytes } from './redaction-bytes.ts'
import { RedactionDesk, type DeskParts } from './redaction-desk.ts'
import { RedactionLook } from './redaction-look.ts'
import { Relocation, type RelocationParts } from './relocation.ts'

/** What redactions need of the worker. */
type WorkerParts = Pick<DeskParts, 'vaultDb' | 'indexDb' | 'vault' | 'writer' | 'secretStore' | 'settle' | 'report'> &
  Pick<RelocationParts, 'sources' | 'adapters' | 'finder' | 'scanner' | 'secrets'> & { dataDir: string }

/** Ties the redaction of kept bytes together. */
export function createRedactionDesk(parts: WorkerParts): RedactionDesk {
  const { vaultDb, indexDb, vault, sources, scanner, secrets, dataDir } = parts
  const store = new RedactionStore(vaultDb)
  const rows = new RelocationStore(indexDb)
  const splitterFor = splittersOf(parts.adapters)
  return new RedactionDesk({
    ...parts,
    store,
    rows,
    look: new RedactionLook({
      vault,
      places: new PlaceStore(indexDb),
      keptFiles: new KeptFileStore(vaultDb),
      scanner,
      secrets,
      splitterFor,
      reasonAgainst: (source) => {
        if (parts.adapters.some((adapter) => adapter.id === source.agent && isShared(adapter, source))) return SHARED
        return vault.findSource(`${source.path}.zst`)?.state === 'present' ? PACKED : null
      },
      report: parts.report,
    }),
    bytes: new RedactionBytes({ vaultDb, vault, store, sources, splitterFor }),
    relocation: new Relocation({ ...parts, rows, splitterFor }),
    folder: join(dataDir, 'redactions'),
  })
}

/** An agent that has no ids of its own tells events by where they stand, and would tell them twice after a change. */
const SHARED =
  'Its agent writes all runs of a folder into this file, and what is known of them would not be found again in a changed one. So it is left as it is: what is shown of it is masked.'

const PACKED =
  'Its agent has compressed the file (.zst), and there it would stand as before. Resume the session in the agent once, which unpacks it, then try again.'
