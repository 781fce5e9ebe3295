/** Where one can be. `unknown` is an address that no page has. */
export type Place =
  | { page: 'live' }
  | { page: 'sessions' }
  | { page: 'replay'; sessionId: string }
  | { page: 'settings' }
  | { page: 'unknown'; path: string }

/** Finds the page of a path. */
export function placeOf(path: string): Place {
  const parts = path.split('/').filter(Boolean)
  const [first, second] = parts
  if (first === undefined) return { page: 'live' }
  if (first === 'sessions' && parts.length === 1) return { page: 'sessions' }
  if (first === 'settings' && parts.length === 1) return { page: 'settings' }
  if (first === 'sessions' && second !== undefined && parts.length === 2) {
    const sessionId = decode(second)
    if (sessionId !== undefined) return { page: 'replay', sessionId }
  }
  return { page: 'unknown', path }
}

/** The path of a page. */
export function pathOf(place: Exclude<Place, { page: 'unknown' }>): string {
  switch (place.page) {
    case 'live':
      return '/'
    case 'sessions':
      return '/sessions'
    case 'settings':
      return '/settings'
    case 'replay':
      return `/sessions/${encodeURIComponent(place.sessionId).replaceAll('%3A', ':')}`
  }
}

/** The path of a session's replay, at a moment when one is given. */
export function replayPath(sessionId: string, at?: number): string {
  const path = pathOf({ page: 'replay', sessionId })
  return at === undefined ? path : `${path}?at=${at}`
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

/** Values to set in the query; null or an empty text removes the key. */
export type QueryChange = Record<string, string | number | null | undefined>

/** The same address with some keys of its query changed and the others left. */
export function withQuery(href: string, change: QueryChange): string {
  const { path, query } = splitHref(href)
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === undefined || value === '') query.delete(key)
    else query.set(key, String(value))
  }
  const text = query.toString()
  return text ? `${path}?${text}` : path
}

/** Path and query of an address inside the app. */
export function splitHref(href: string): { path: string; query: URLSearchParams } {
  const url = new URL(href, 'http://app')
  return { path: url.pathname, query: url.searchParams }
}
