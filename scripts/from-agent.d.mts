/** Tokens in the context and how many fit. */
export interface StatedContext {
  used: number
  window: number
}

export function runHook(args: readonly string[]): Promise<0>
export function runStatusLine(args: readonly string[]): Promise<0>
export function statusLine(parts: {
  context: StatedContext | null
  levels: readonly number[]
  notes?: readonly string[]
}): string
export function contextOf(input: unknown): StatedContext | null
export function defaultData(platform?: NodeJS.Platform, env?: Record<string, string | undefined>, home?: string): string
