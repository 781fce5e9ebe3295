/** A record of which nothing is known yet. */
export type Shape = Record<string, unknown>

/** True for an object that is no list. */
export function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value as an object; an empty one where it is something else. */
export function shapeOf(value: unknown): Shape {
  return isShape(value) ? value : {}
}

/** The value as a list; an empty one where it is something else. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : []
}

/** The value when it is a text that is not empty. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** The value when it is a number that can be counted with. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** The value as a count: a whole number from 0; 0 where it is something else. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0
}

/** Like `countOf`, but null where the value is no number. */
export function countOrNull(value: unknown): number | null {
  return numberOf(value) === null ? null : countOf(value)
}

/** An ISO time as milliseconds since 1970; null when missing, unreadable or outside the years that a Date can hold. */
export function timeOf(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const at = typeof value === 'number' ? value : Date.parse(value)
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? Math.trunc(at) : null
}
