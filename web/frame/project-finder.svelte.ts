import { listProjects, type Project } from '../../server/contract/projects.ts'
import { call } from '../api/call.ts'
import { hasWords } from './palette-actions.ts'
import type { PaletteQuery } from './palette-query.ts'

/** Below sessions they are few; asked for alone they are all that is shown. */
const shown = { open: 3, project: 12 }

/** Projects whose folder has what is typed into the palette; for nothing only when projects are asked for. */
export class ProjectFinder {
  #all = $state.raw<readonly Project[]>([])

  /** Reads the projects; they are few, so that words are looked for here. */
  async read(signal: AbortSignal): Promise<void> {
    try {
      this.#all = (await call(listProjects, { signal })).items
    } catch {
      // Sessions are looked up at the same time, and tell why nothing can be found.
    }
  }

  find({ verb, words }: PaletteQuery): readonly Project[] {
    if (verb !== 'project' && (verb !== 'open' || words === '')) return []
    return this.#all.filter(({ path }) => hasWords(path, words)).slice(0, shown[verb])
  }
}
