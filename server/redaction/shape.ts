/** A JSON value without what its strings say: two lines of the same shape differ in texts only. Names of members count. */
export function shapeText(value: unknown): string {
  if (typeof value === 'string') return '"'
  if (Array.isArray(value)) return `[${value.map(shapeText).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${shapeText(inner)}`)
    .join()}}`
}
