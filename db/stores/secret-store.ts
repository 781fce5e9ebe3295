import type { SecretState, SecretTier } from '../../server/contract/secrets.ts'
import type { Sqlite } from '../client.ts'

/** A secret as the vault knows it: by the hash of its value. */
export interface StoredSecret {
  id: number
  hash: Buffer
  tag: string
  kind: string
  provider: string | null
  tier: SecretTier
  length: number
  state: SecretState
  reason: string | null
  createdAt: number
}

const COLUMNS = 'id, hash, tag, kind, provider, tier, length, state, reason, created_at AS createdAt'
const RANK: Record<SecretTier, number> = { candidate: 0, likely: 1, definite: 2 }

/** The secrets that were found, each once, and what the user decided about them. */
export class SecretStore {
  readonly #statements

  constructor(vault: Sqlite) {
    this.#statements = prepare(vault)
  }

  list(): StoredSecret[] {
    return this.#statements.list.all()
  }

  get(id: number): StoredSecret | undefined {
    return this.#statements.get.get(id)
  }

  findByHash(hash: Buffer): StoredSecret | undefined {
    return this.#statements.byHash.get(hash)
  }

  /** Id of the secret whose mark ends with this tag. */
  findByTag(tag: string): number | undefined {
    return this.#statements.byTag.get(tag)?.id
  }

  /**
   * How many are looked for without any context: all but candidates. It only grows, also when a candidate turns out to be
   * surer, so it tells whether something was looked through with all of them.
   */
  countSure(): number {
    return this.#statements.countSure.get()?.count ?? 0
  }

  add(secret: Omit<StoredSecret, 'id' | 'state' | 'reason'>): StoredSecret {
    this.#statements.add.run(secret)
    const added = this.findByHash(secret.hash)
    if (!added) throw new Error('A secret vanished while it was noted.')
    return added
  }

  /** Notes that it was seen with more certainty than before. It keeps its kind, which stands in marks, unless that was a guess. */
  raise(secret: StoredSecret, seen: Pick<StoredSecret, 'kind' | 'provider' | 'tier'>): boolean {
    if (RANK[seen.tier] <= RANK[secret.tier]) return false
    const { kind, provider } = secret.tier === 'candidate' ? seen : secret
    Object.assign(secret, { kind, provider, tier: seen.tier })
    this.#statements.raise.run(secret)
    return true
  }

  /** False when there is none of that id. */
  setState(id: number, state: SecretState, reason: string | null): boolean {
    return this.#statements.setState.run(state, reason, id).changes > 0
  }
}

function prepare(sqlite: Sqlite) {
  return {
    list: sqlite.prepare<[], StoredSecret>(`SELECT ${COLUMNS} FROM secrets ORDER BY id`),
    get: sqlite.prepare<[number], StoredSecret>(`SELECT ${COLUMNS} FROM secrets WHERE id = ?`),
    byHash: sqlite.prepare<[Buffer], StoredSecret>(`SELECT ${COLUMNS} FROM secrets WHERE hash = ?`),
    byTag: sqlite.prepare<[string], { id: number }>('SELECT id FROM secrets WHERE tag = ?'),
    countSure: sqlite.prepare<[], { count: number }>("SELECT count(*) AS count FROM secrets WHERE tier <> 'candidate'"),
    add: sqlite.prepare(
      `INSERT INTO secrets (hash, tag, kind, provider, tier, length, created_at)
       VALUES (@hash, @tag, @kind, @provider, @tier, @length, @createdAt) ON CONFLICT (hash) DO NOTHING`,
    ),
    raise: sqlite.prepare('UPDATE secrets SET kind = @kind, provider = @provider, tier = @tier WHERE id = @id'),
    setState: sqlite.prepare<[string, string | null, number]>('UPDATE secrets SET state = ?, reason = ? WHERE id = ?'),
  }
}
