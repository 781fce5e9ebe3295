import type { Adapter, Source } from '../adapter.ts'

/** True for a file in which many sessions stand one after the other. */
export function isShared(adapter: Pick<Adapter, 'sessionAt'>, source: Pick<Source, 'role' | 'nativeId'>): boolean {
  return adapter.sessionAt !== undefined && source.role === 'session' && source.nativeId === null
}
