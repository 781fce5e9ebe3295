/** Where one can be. `unknown` is an address that no page has. */
export type Place =
  | { page: 'live' }
  | { page: 'sessions' }
  | { page: 'replay'; sessionId: string }
  /** Without `seq` the session's last compaction. */
  | { page: 'compaction'; sessionId: string; seq: number | null }
  /** `snapshotId` opens one snapshot, `compareWith` compares it with a later one or with now. */
  | { page: 'vault'; snapshotId: number | null; compareWith: number | 'now' | null }
  /** `secretId` opens one. */
  | { page: 'secrets'; secretId: number | null }
  | { page: 'secrets-report' }
  /** All sessions of the project in a folder. */
  | { page: 'project'; path: string }
  | { page: 'settings' }
  | { page: 'unknown'; path: string }

/** Finds the page of a path. */
export function placeOf(path: string): Place {
  const parts = path.split('/').filter(Boolean)
  const [first] = parts
  if (first === undefined) return { page: 'live' }
  if (first === 'settings' && parts.length === 1) return { page: 'settings' }
  if (first === 'secrets') return secretsPlace(parts) ?? { page: 'unknown', path }
  if (first === 'projects') return projectPlace(parts) ?? { page: 'unknown', path }
  const place = first === 'sessions' ? sessionsPlace(parts) : first === 'vault' ? vaultPlace(parts) : undefined
  return place ?? { page: 'unknown', path }
}

function sessionsPlace([, session, view, seq, ...rest]: string[]): Place | undefined {
  if (session === undefined) return { page: 'sessions' }
  const sessionId = decode(session)
  if (sessionId === undefined || rest.length > 0) return undefined
  if (view === undefined) return { page: 'replay', sessionId }
  if (view !== 'compaction') return undefined
  if (seq === undefined) return { page: 'compaction', sessionId, seq: null }
  const number = wholeNumber(seq)
  return number === undefined ? undefined : { page: 'compaction', sessionId, seq: number }
}

function vaultPlace([, id, view, other, ...rest]: string[]): Place | undefined {
  if (id === undefined) return { page: 'vault', snapshotId: null, compareWith: null }
  const snapshotId = wholeNumber(id)
  if (snapshotId === undefined || rest.length > 0) return undefined
  if (view === undefined) return { page: 'vault', snapshotId, compareWith: null }
  const compareWith = other === 'now' ? other : wholeNumber(other ?? '')
  return view === 'compare' && compareWith !== undefined ? { page: 'vault', snapshotId, compareWith } : undefined
}

function secretsPlace([, id, ...rest]: string[]): Place | undefined {
  if (id === undefined) return { page: 'secrets', secretId: null }
  if (id === 'report' && rest.length === 0) return { page: 'secrets-report' }
  const secretId = wholeNumber(id)
  return secretId === undefined || rest.length > 0 ? undefined : { page: 'secrets', secretId }
}

function projectPlace([, folder, ...rest]: string[]): Place | undefined {
  const path = folder === undefined || rest.length > 0 ? undefined : decode(folder)
  return path === undefined ? undefined : { page: 'project', path }
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
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
    case 'secrets':
      return place.secretId === null ? '/secrets' : `/secrets/${place.secretId}`
    case 'secrets-report':
      return '/secrets/report'
    case 'project':
      return projectPath(place.path)
    case 'replay':
      return sessionPath(place.sessionId)
    case 'compaction':
      return `${sessionPath(place.sessionId)}/compaction${place.seq === null ? '' : `/${place.seq}`}`
    case 'vault':
      return vaultPath(place.snapshotId, place.compareWith)
  }
}

function sessionPath(sessionId: string): string {
  return `/sessions/${encodeURIComponent(sessionId).replaceAll('%3A', ':')}`
}

function vaultPath(snapshotId: number | null, compareWith: number | 'now' | null): string {
  if (snapshotId === null) return '/vault'
  return compareWith === null ? `/vault/${snapshotId}` : `/vault/${snapshotId}/compare/${compareWith}`
}

/** The path of what a compaction dropped; without `seq` of the session's last one. */
export function compactionPath(sessionId: string, seq: number | null = null): string {
  return pathOf({ page: 'compaction', sessionId, seq })
}

/** The path of what all sessions of a project did, at an event of one of them when it is given. */
export function projectPath(folder: string, at?: { sessionId: string; seq: number }): string {
  // An address that ends as a file's name does would be taken for one.
  const path = `/projects/${encodeURIComponent(folder).replaceAll('.', '%2E')}`
  return at === undefined ? path : withQuery(path, { session: at.sessionId, at: at.seq })
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
