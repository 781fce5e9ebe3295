import { ALL_GROUPS, DEFAULT_GROUPS, type KindGroup } from './kinds.ts'

/** How the code pane shows a file: as it is, or against another state of it. */
export const CODE_MODES = ['content', 'before', 'start', 'disk'] as const
export type CodeMode = (typeof CODE_MODES)[number]

/** A dialog over the replay, and the event that it is about. */
export type ReplayDialog = { kind: 'fork' | 'code' | 'handoff'; at: number } | { kind: 'restore' | 'export' | 'redact' }

/** What the address of a replay says. A link or a reload brings the same picture back. */
export interface ReplayUrl {
  /** A `seq` or an event's id; null stands for the start, or the end of a live session. */
  at: string | null
  file: string | null
  mode: CodeMode
  groups: ReadonlySet<KindGroup>
  isFollowing: boolean
  find: string
  dialog: ReplayDialog | null
}

/** Reads the address. What is not understood counts as absent. */
export function readReplayUrl(query: URLSearchParams): ReplayUrl {
  const mode = CODE_MODES.find((name) => name === query.get('diff'))
  const named = query.get('kinds')?.split(',')
  return {
    at: query.get('at') || null,
    file: query.get('file') || null,
    mode: mode ?? 'content',
    groups: new Set(named ? ALL_GROUPS.filter((group) => named.includes(group)) : DEFAULT_GROUPS),
    isFollowing: query.get('follow') === '1',
    find: query.get('find') ?? '',
    dialog: readDialog(query),
  }
}

/** `fork=82`, `code=82` and `handoff=82` name the last event that counts, `end` the end of the session; `restore=1`, `export=1` and `redact=1` are the whole session. */
function readDialog(query: URLSearchParams): ReplayDialog | null {
  for (const kind of ['fork', 'code', 'handoff'] as const) {
    const text = query.get(kind) ?? ''
    if (text === 'end') return { kind, at: Infinity }
    if (/^\d{1,15}$/.test(text)) return { kind, at: Number(text) }
  }
  for (const kind of ['restore', 'export', 'redact'] as const) if (query.get(kind) === '1') return { kind }
  return null
}

/** Writes the address, leaving out what is usual. Keys that belong to others stay. */
export function writeReplayUrl(url: ReplayUrl, base: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams(base)
  const put = (key: string, value: string | null) => {
    if (value) query.set(key, value)
    else query.delete(key)
  }
  const isUsual = url.groups.size === DEFAULT_GROUPS.length && DEFAULT_GROUPS.every((group) => url.groups.has(group))
  put('at', url.isFollowing ? null : url.at)
  put('file', url.file)
  put('diff', url.mode === 'content' ? null : url.mode)
  if (isUsual) query.delete('kinds')
  else query.set('kinds', ALL_GROUPS.filter((group) => url.groups.has(group)).join(','))
  put('follow', url.isFollowing ? '1' : null)
  put('find', url.find)
  const { dialog } = url
  put('fork', dialog?.kind === 'fork' ? String(dialog.at) : null)
  put('code', dialog?.kind === 'code' ? String(dialog.at) : null)
  put('handoff', dialog?.kind === 'handoff' ? String(dialog.at) : null)
  put('restore', dialog?.kind === 'restore' ? '1' : null)
  put('export', dialog?.kind === 'export' ? '1' : null)
  put('redact', dialog?.kind === 'redact' ? '1' : null)
  return query
}
