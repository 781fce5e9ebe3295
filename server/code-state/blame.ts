import { compareLines, linesOf } from './line-diff.ts'

/** One content that a file had, and who wrote it; null for what stood there before anything was known. */
export interface WrittenText<Writer> {
  text: string
  writer: Writer | null
}

/** For each line of the last text the position of its writer in `writers`, or -1 when it was there from the start. */
export interface LineWriters<Writer> {
  writtenBy: number[]
  writers: Writer[]
}

/** Follows each line of the last text back to the text that brought it in. */
export function writersOfLines<Writer>(texts: readonly WrittenText<Writer>[]): LineWriters<Writer> {
  const writers: Writer[] = []
  let lines: string[] = []
  let owners: number[] = []
  for (const { text, writer } of texts) {
    const next = linesOf(text)
    const owner = writer === null ? -1 : writers.push(writer) - 1
    owners = carried(lines, owners, next, owner)
    lines = next
  }
  return withUsedOnly(owners, writers)
}

function carried(before: string[], owners: number[], after: string[], owner: number): number[] {
  const out: number[] = []
  let at = 0
  for (const one of compareLines(before, after)) {
    if (one.kind === 'added') for (let n = 0; n < one.count; n += 1) out.push(owner)
    else {
      if (one.kind === 'same') out.push(...owners.slice(at, at + one.count))
      at += one.count
    }
  }
  return out
}

function withUsedOnly<Writer>(owners: number[], writers: Writer[]): LineWriters<Writer> {
  const used = new Map<number, number>()
  const kept: Writer[] = []
  const writtenBy = owners.map((owner) => {
    const writer = writers[owner]
    if (owner === -1 || writer === undefined) return -1
    const known = used.get(owner)
    if (known !== undefined) return known
    used.set(owner, kept.length)
    kept.push(writer)
    return kept.length - 1
  })
  return { writtenBy, writers: kept }
}
