import type { Timeline } from '../../../server/contract/sessions.ts'

/** Joins a timeline with the part that came later. The two may number their kinds and paths differently. */
export function joinTimelines(base: Timeline, later: Timeline): Timeline {
  const kinds = [...base.kinds]
  const paths = [...base.paths]
  const kindOf = later.kinds.map((kind) => indexIn(kinds, kind))
  const pathOf = later.paths.map((path) => indexIn(paths, path))
  // A part that overlaps what is here (two answers crossed) must not count twice.
  const skip = base.length - (later.length - later.at.length)
  if (skip < 0) throw new Error('The new part of the timeline does not reach back to where this one ends.')
  const isNew = (seq: number) => seq >= base.length
  return {
    length: later.length,
    at: [...base.at, ...later.at.slice(skip)],
    kind: [...base.kind, ...later.kind.slice(skip).map((kind) => kindOf[kind] ?? kind)],
    kinds,
    branch: [...base.branch, ...later.branch.slice(skip)],
    errors: [...base.errors, ...later.errors.filter(isNew)],
    context: [...base.context, ...later.context.filter(([seq]) => isNew(seq))],
    edits: [
      ...base.edits,
      ...later.edits
        .filter(([seq]) => isNew(seq))
        .map(
          ([seq, path, added, removed]) => [seq, pathOf[path] ?? path, added, removed] satisfies Timeline['edits'][0],
        ),
    ],
    paths,
    compactions: [...base.compactions, ...later.compactions.filter(({ seq }) => isNew(seq))],
    commits: [...base.commits, ...later.commits.filter(isNew)],
    prompts: [...base.prompts, ...later.prompts.filter(([seq]) => isNew(seq))],
    results: [...(base.results ?? []), ...(later.results ?? []).filter(([, result]) => isNew(result))],
  }
}

function indexIn(list: string[], entry: string): number {
  const index = list.indexOf(entry)
  return index === -1 ? list.push(entry) - 1 : index
}
