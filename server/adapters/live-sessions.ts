import type { Adapter, Host } from './adapter.ts'

/** A sentence about the program that holds a session's file now, read from its agent's registry; null when none does. */
export async function describeHolder(adapter: Adapter, nativeId: string, host: Host): Promise<string | null> {
  const running = (await adapter.listLive?.(host)) ?? []
  const holder = running.find((session) => session.nativeId === nativeId)
  if (!holder) return null
  const program = holder.pid === null ? adapter.label : `${adapter.label} (process ${holder.pid})`
  return `${program} has this session open. End it there first, then try again.`
}
