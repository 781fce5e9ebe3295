/** A heading for things of one day. */
export interface Day {
  key: string
  label: string
}

/** The day of a time, in the time zone of this machine: `Today`, `Yesterday`, `Friday 20 November 2026`. */
export function dayOf(time: number, now: number): Day {
  const day = startOfDay(time)
  const days = Math.round((startOfDay(now) - day) / 86_400_000)
  const key = `day:${day}`
  if (days === 0) return { key, label: 'Today' }
  if (days === 1) return { key, label: 'Yesterday' }
  return { key, label: dayName(day) }
}

function dayName(day: number): string {
  const format = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  const parts = format.formatToParts(day).filter((part) => part.type !== 'literal')
  return parts.map((part) => part.value).join(' ')
}

function startOfDay(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0)
}
