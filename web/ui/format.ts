/** Numbers, sizes, times and names as the whole app writes them. All take what the API gives. */

const whole = new Intl.NumberFormat('en-US')

/** `1,902` */
export function formatCount(count: number): string {
  return whole.format(count)
}

/** `1,902 events`, `1 event`. */
export function formatCountOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** Three figures at most: `0`, `950`, `1.2k`, `171k`, `3.4M`. */
export function formatTokens(tokens: number): string {
  if (tokens < 1_000) return String(Math.round(tokens))
  if (tokens < 999_500) return `${short(tokens / 1_000)}k`
  if (tokens < 999_500_000) return `${short(tokens / 1_000_000)}M`
  return `${short(tokens / 1_000_000_000)}B`
}

function short(value: number): string {
  return value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0)
}

/** `$0.04`, `$12.30`, `$1,204`; null is a model without a price. */
export function formatMoney(dollars: number | null): string {
  if (dollars === null) return 'no price'
  if (dollars > 0 && dollars < 0.01) return '<$0.01'
  if (dollars >= 1_000) return `$${whole.format(Math.round(dollars))}`
  return `$${dollars.toFixed(2)}`
}

/** `812 B`, `4.3 kB`, `60 MB`, `1.2 GB`; in thousands. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${unit === 0 ? value : short(value)} ${units[unit] ?? ''}`
}

/** `45 s`, `12 min`, `3 h 12 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

/** How long a session lasted; undefined when a time is missing or the clock ran backwards. */
export function durationOf(session: { startedAt: string | null; endedAt: string | null }): number | undefined {
  if (!session.startedAt || !session.endedAt) return undefined
  const ms = Date.parse(session.endedAt) - Date.parse(session.startedAt)
  return ms >= 0 ? ms : undefined
}

/** `just now`, `4 min ago`, `3 h ago`, `yesterday`, `5 d ago`, then the date. */
export function formatAgo(at: string, now: number): string {
  const time = Date.parse(at)
  const seconds = (now - time) / 1_000
  if (seconds < 45) return 'just now'
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.round(minutes / 60)
  if (hours < 24) return `${hours} h ago`
  const days = Math.round(hours / 24)
  if (days === 1) return 'yesterday'
  return days < 7 ? `${days} d ago` : formatDate(time, now)
}

/** `24 Nov`, with the year when it is another one. */
function formatDate(time: number, now: number): string {
  const date = new Date(time)
  const isThisYear = date.getFullYear() === new Date(now).getFullYear()
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(date)
  return isThisYear ? day : `${day} ${date.getFullYear()}`
}

/** `24 Nov 2026, 14:02:11`, in the time zone of this machine. */
export function formatMoment(at: string | number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))
}

/** Last part of a folder, either slash. */
export function folderName(path: string): string {
  return path.split(/[\\/]/).filter(Boolean).at(-1) ?? path
}

/**
 * A short name for each folder: its last part, with as many parts before it as tell it from the others. A number alone,
 * as work trees have it, says nothing and takes the part before it.
 */
export function distinctFolderNames(paths: readonly string[]): Map<string, string> {
  const names = new Map<string, string>()
  const parts = new Map(paths.map((path) => [path, path.split(/[\\/]/).filter(Boolean)]))
  let open = [...parts.keys()]
  for (let length = 1; open.length > 0; length++) {
    const owners = Map.groupBy(open, (path) => parts.get(path)?.slice(-length).join('/') ?? path)
    open = []
    for (const [name, group] of owners) {
      const isWhole = group.every((path) => (parts.get(path)?.length ?? 0) <= length)
      for (const path of group) {
        const isClear = group.length === 1 && !/^\d+$/.test(name)
        if (isClear || isWhole) names.set(path, group.length === 1 && name ? name : path)
        else open.push(path)
      }
    }
  }
  return names
}

/** `claude-opus-4-5-20251101` → `Opus 4.5`; a name of another form stays as it is. */
export function formatModel(model: string): string {
  const match = /^claude-(?:(\d+(?:-\d{1,2})?)-)?([a-z]+)(?:-(\d+(?:-\d{1,2})?))?(?:-\d{8}|-latest)?(?:\[.*\])?$/.exec(
    model,
  )
  const version = match?.[1] ?? match?.[3]
  const family = match?.[2]
  if (!family || !version) return model
  return `${family.charAt(0).toUpperCase()}${family.slice(1)} ${version.replace('-', '.')}`
}
