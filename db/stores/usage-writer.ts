import type { Sqlite } from '../client.ts'

/** One model answer, as one of its records states it. */
export interface UsageRow {
  key: string
  messageId: string | null
  isSidechain: boolean
  at: number | null
  model: string
  input: number
  output: number
  cacheRead: number
  cacheWrite: number
  costUsd: number | null
}

/** Counts model answers, each once whichever records and sessions repeat it. Callers hold the transaction. */
export class UsageWriter {
  readonly #statements: ReturnType<typeof prepare>

  constructor(sqlite: Sqlite) {
    this.#statements = prepare(sqlite)
  }

  /**
   * `seq` is the event that states the answer. Copies share `key`; a side chain replays a message under another request, so there
   * the message id alone decides. The main chain's copy wins over a side chain's, then the larger one.
   */
  add(sessionKey: number, seq: number, row: UsageRow): void {
    const held = this.#findUsage(row)
    if (held && !supersedes(row, usageOf(held))) return
    const owner = held?.session_key ?? sessionKey
    if (held) {
      this.#addToSums(held.session_key, held, -1)
      this.#statements.removeUsage.run(held.key)
    }
    this.#statements.addUsage.run(
      row.key,
      row.messageId,
      owner,
      owner === sessionKey ? seq : (held?.seq ?? seq),
      row.isSidechain ? 1 : 0,
      row.at,
      row.model,
      row.input,
      row.output,
      row.cacheRead,
      row.cacheWrite,
      row.costUsd,
    )
    const added = {
      input: row.input,
      output: row.output,
      cache_read: row.cacheRead,
      cache_write: row.cacheWrite,
      cost_usd: row.costUsd,
    }
    this.#addToSums(owner, added, 1)
  }

  #findUsage(row: UsageRow): HeldUsage | undefined {
    if (row.messageId === null) return this.#statements.findUsage.get(row.key)
    const copies = this.#statements.findMessage.all(row.messageId)
    const same = copies.find((copy) => copy.key === row.key)
    return same ?? copies.find((copy) => copy.is_sidechain === 1 || row.isSidechain)
  }

  #addToSums(sessionKey: number, sums: Sums, sign: 1 | -1): void {
    this.#statements.addToSums.run(
      sign * sums.input,
      sign * sums.output,
      sign * sums.cache_read,
      sign * sums.cache_write,
      sign * (sums.cost_usd ?? 0),
      sums.cost_usd === null ? sign : 0,
      sessionKey,
    )
  }
}

interface Sums {
  input: number
  output: number
  cache_read: number
  cache_write: number
  cost_usd: number | null
}

interface HeldUsage extends Sums {
  key: string
  session_key: number
  seq: number
  is_sidechain: number
}

/** True when `row` is the better copy of an answer than `held`. */
export function supersedes(row: UsageSize, held: UsageSize): boolean {
  if (row.isSidechain !== held.isSidechain) return held.isSidechain
  return totalOf(row) > totalOf(held)
}

type UsageSize = Pick<UsageRow, 'isSidechain' | 'input' | 'output' | 'cacheRead' | 'cacheWrite'>

function totalOf(row: UsageSize): number {
  return row.input + row.output + row.cacheRead + row.cacheWrite
}

function usageOf(held: HeldUsage): UsageSize {
  return {
    isSidechain: held.is_sidechain === 1,
    input: held.input,
    output: held.output,
    cacheRead: held.cache_read,
    cacheWrite: held.cache_write,
  }
}

function prepare(sqlite: Sqlite) {
  return {
    findUsage: sqlite.prepare<[string], HeldUsage>('SELECT * FROM usages WHERE key = ?'),
    findMessage: sqlite.prepare<[string], HeldUsage>(
      `SELECT key, session_key, seq, is_sidechain, input, output, cache_read, cache_write, cost_usd FROM usages
       WHERE message_id = ? ORDER BY is_sidechain`,
    ),
    removeUsage: sqlite.prepare<[string]>('DELETE FROM usages WHERE key = ?'),
    addUsage: sqlite.prepare(
      `INSERT INTO usages (key, message_id, session_key, seq, is_sidechain, at, model, input, output, cache_read,
         cache_write, cost_usd) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addToSums: sqlite.prepare<[number, number, number, number, number, number, number]>(
      `UPDATE sessions SET input = input + ?, output = output + ?, cache_read = cache_read + ?,
         cache_write = cache_write + ?, cost_usd = cost_usd + ?, unpriced = unpriced + ? WHERE key = ?`,
    ),
  }
}
