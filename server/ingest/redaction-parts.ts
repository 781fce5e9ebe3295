import { join } from 'node:path'
import { KeptFileStore } from '../../db/stores/kept-file-store.ts'
import { PlaceStore } from '../../db/stores/place-store.ts'
import { RedactionStore } from '../../db/stores/redaction-store.ts'
import { RelocationStore } from '../../db/stores/relocation-store.ts'
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
      report: parts.report,
    }),
    bytes: new RedactionBytes({ vaultDb, vault, store, sources }),
    relocation: new Relocation({ ...parts, rows }),
    folder: join(dataDir, 'redactions'),
  })
}
