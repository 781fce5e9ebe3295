import type { Adapter, Source, Splitter } from '../adapter.ts'
import { LineSplitter, type LinePosition } from './line-splitter.ts'

/** What cuts a source of the adapter into pieces: at line feeds, unless the adapter says otherwise. */
export function splitterOf(adapter: Pick<Adapter, 'splitter'>, source: Source, start?: LinePosition): Splitter {
  return adapter.splitter?.(source, start) ?? new LineSplitter(start)
}
