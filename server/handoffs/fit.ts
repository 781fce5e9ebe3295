import type { CallText, Item } from './items.ts'

/** How much of calls is told: everything, the beginning of what went in and came out, or that there was one. */
export type Detail = 'whole' | 'short' | 'line'

/** What of a conversation fits into a budget. */
export interface Fitted {
  items: { item: Item; text: string }[]
  detail: Detail
  /** Items from the beginning that were left out. */
  dropped: number
  tokens: number
}

export type CountTokens = (texts: string[]) => Promise<number[]>

const LONGEST = { whole: 20_000, short: 400 }
const DETAILS: readonly Detail[] = ['whole', 'short', 'line']

/** Takes what fits, from the end backwards: details of calls go first, then what is oldest. */
export async function fit(items: readonly Item[], budget: number, countTokens: CountTokens): Promise<Fitted> {
  let shortest: { texts: string[]; counts: number[] } = { texts: [], counts: [] }
  for (const detail of DETAILS) {
    const texts = items.map((item) => (item.kind === 'said' ? item.text : callText(item.call, detail)))
    const counts = await countTokens(texts)
    const tokens = sum(counts)
    if (tokens <= budget) return { items: pairs(items, texts, 0), detail, dropped: 0, tokens }
    shortest = { texts, counts }
  }
  let dropped = items.length
  let tokens = 0
  while (dropped > 0 && tokens + (shortest.counts[dropped - 1] ?? 0) <= budget) {
    dropped -= 1
    tokens += shortest.counts[dropped] ?? 0
  }
  return { items: pairs(items, shortest.texts, dropped), detail: 'line', dropped, tokens }
}

/** A call in words that no agent takes for one of its own. */
export function callText(call: CallText, detail: Detail): string {
  const head = `[Tool ${call.name}${call.summary === '' ? '' : `: ${oneLine(call.summary)}`}]`
  const outcome = call.output === null ? ' no result' : call.isError ? ' failed' : ''
  if (detail === 'line') return `${head}${outcome}`
  const most = LONGEST[detail]
  const input = call.input === '' || call.input === '{}' ? '' : `\nInput:\n${fenced(cutTo(call.input, most))}`
  const output =
    call.output === null || call.output.trim() === '' ? '' : `\nOutput:\n${fenced(cutTo(call.output, most))}`
  return `${head}${outcome}${input}${output}`
}

function pairs(items: readonly Item[], texts: readonly string[], from: number): Fitted['items'] {
  return items.slice(from).map((item, index) => ({ item, text: texts[from + index] ?? '' }))
}

/** A fence that is longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((marks) => marks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text.replace(/\n$/, '')}\n${fence}`
}

/** The beginning and the end count most: what was asked, and how it came out. */
function cutTo(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor(most / 2)
  const left = text.length - 2 * half
  return `${text.slice(0, half)}\n… ${left} characters left out …\n${text.slice(-half)}`.toWellFormed()
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return (line.length > 200 ? `${line.slice(0, 199)}…` : line).toWellFormed()
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
