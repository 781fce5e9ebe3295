/** A named part of a tool call's input that is a text; null where it is something else. */
export function textField(input: unknown, ...names: string[]): string | null {
  if (typeof input !== 'object' || input === null) return null
  for (const name of names) {
    const value = (input as Record<string, unknown>)[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return null
}

/** A named part of a tool call's input that is a list of objects; empty where it is something else. */
export function listField(input: unknown, ...names: string[]): Record<string, unknown>[] {
  if (typeof input !== 'object' || input === null) return []
  for (const name of names) {
    const value = (input as Record<string, unknown>)[name]
    if (Array.isArray(value)) {
      return value.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
    }
  }
  return []
}
