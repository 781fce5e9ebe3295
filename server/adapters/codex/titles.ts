import type { Adapter, StatedTitle } from '../adapter.ts'
import { isShape, textOf } from '../shared/shape.ts'
import { isIndex } from './locate.ts'

/** Names that people gave to sessions, in a list of their own. */
export const titles: NonNullable<Adapter['titles']> = { isIn: (source) => isIndex(source.path), read }

/** One line for each time that a name was given: the last one of a session counts. */
function read(content: Uint8Array): StatedTitle[] {
  const names = new Map<string, string>()
  for (const line of Buffer.from(content).toString('utf8').split('\n')) {
    const entry = entryIn(line)
    const id = textOf(entry['id'])
    const name = textOf(entry['thread_name'])
    if (id !== null && name !== null) names.set(id, name.toWellFormed())
  }
  return [...names].map(([nativeId, text]) => ({ nativeId, rank: 2, text }))
}

function entryIn(line: string): Record<string, unknown> {
  try {
    const entry: unknown = JSON.parse(line)
    return isShape(entry) ? entry : {}
  } catch {
    return {}
  }
}
