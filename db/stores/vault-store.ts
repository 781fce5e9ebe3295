import type { Sqlite } from '../client.ts'

/**
 * What a source is, as its adapter says. `outside` (agent `lossless`): a file that Lossless was to overwrite, which no
 * session list and no agent's count shows.
 */
export interface SourceIdentity {
  agent: string
  path: string
  role: 'session' | 'subagent' | 'companion' | 'outside'
  nativeId: string | null
  subagentId: string | null
  /** Rows of a database: no file stands at its path. */
  isRows?: true
}

/** A file as it was seen: device and inode, size in bytes, time of change in nanoseconds, permission bits. */
export interface FileStamp {
  identity: string
  size: number
  mtimeNs: string
  mode: number
}

/** A known source with its newest generation. */
export interface VaultSource extends SourceIdentity {
  id: number
  state: 'present' | 'gone'
  /** Why it could not be read at the last try. */
  problem: string | null
  /** Milliseconds since 1970; null when nothing of it was ever kept. */
  lastKeptAt: number | null
  /** Null when nothing of it was ever kept. */
  generation: { id: number; number: number; length: number } | null
  /** Bytes of all generations. */
  rawBytes: number
}

/** Where the keeping of a source stands: what decides whether a file is unchanged, grown or rewritten. */
export interface SourceCursor {
  sourceId: number
  state: 'present' | 'gone'
  problem: string | null
  identity: string | null
  size: number | null
  mtimeNs: string | null
  mode: number | null
}

export interface Generation {
  id: number
  sourceId: number
  number: number
  length: number
  settled: number
  headHash: Buffer
  tailHash: Buffer
}

export interface Piece {
  offset: number
  length: number
  chunkId: number
}

export interface PieceHash {
  offset: number
  length: number
  sha256: Buffer
}

export interface Chunk {
  sha256: Buffer
  length: number
  codec: number
  bytes: Buffer
}

const SOURCE_LIST = `
  SELECT s.id, s.agent, s.path, s.role, s.native_id AS nativeId, s.subagent_id AS subagentId, s.state, s.problem,
    s.last_kept_at AS lastKeptAt, g.id AS generationId, g.number, g.length,
    (SELECT coalesce(sum(length), 0) FROM generations WHERE source_id = s.id) AS rawBytes
  FROM sources s
  LEFT JOIN generations g ON g.source_id = s.id
    AND g.number = (SELECT max(number) FROM generations WHERE source_id = s.id)`

const GENERATION = `
  SELECT id, source_id AS sourceId, number, length, settled, head_hash AS headHash, tail_hash AS tailHash FROM generations`

/** The SQL of the vault. Knows rows and transactions; what they mean is the vault's business. */
export class VaultStore {
  readonly #sqlite: Sqlite
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite
    this.#statements = prepareStatements(sqlite)
  }

  /** Runs the changes all or none. */
  write<T>(changes: () => T): T {
    return this.#sqlite.transaction(changes).immediate()
  }

  /** Reads as of one moment, whatever another thread writes meanwhile. */
  read<T>(queries: () => T): T {
    return this.#sqlite.transaction(queries).deferred()
  }

  findCursor(path: string): SourceCursor | undefined {
    return this.#statements.findCursor.get(path)
  }

  findSource(path: string): VaultSource | undefined {
    const row = this.#statements.findSource.get(path)
    return row && toSource(row)
  }

  presentPaths(): string[] {
    return this.#statements.presentPaths.all()
  }

  listSources(): VaultSource[] {
    return this.#statements.listSources.all().map(toSource)
  }

  countSources(): number {
    return this.#statements.countSources.get() ?? 0
  }

  /** Adds the source, or takes over what the adapter says of it now. */
  putSource(source: SourceIdentity): number {
    return this.#statements.putSource.get(source) ?? 0
  }

  markGone(sourceId: number): void {
    this.#statements.markGone.run(sourceId)
  }

  markUnreadable(sourceId: number, problem: string): void {
    this.#statements.markUnreadable.run(problem, sourceId)
  }

  /** Notes that bytes of the file with this identity were kept, but not yet to its end. */
  recordPartial(sourceId: number, stamp: FileStamp, at: number): void {
    this.#statements.recordPartial.run({ ...stamp, at, sourceId })
  }

  /** Notes that the file was kept to its end as it stood with this stamp. */
  recordWhole(sourceId: number, stamp: FileStamp, at: number | null): void {
    this.#statements.recordWhole.run({ ...stamp, at, sourceId })
  }

  newestGeneration(sourceId: number): Generation | undefined {
    return this.#statements.newestGeneration.get(sourceId)
  }

  findGeneration(id: number): Generation | undefined {
    return this.#statements.findGeneration.get(id)
  }

  listGenerations(): Generation[] {
    return this.#statements.listGenerations.all()
  }

  /** Which file a generation is of. */
  ownerOf(generationId: number): (SourceIdentity & { number: number }) | undefined {
    return this.#statements.ownerOf.get(generationId)
  }

  createGeneration(generation: Omit<Generation, 'id'>, at: number): number {
    return Number(this.#statements.createGeneration.run({ ...generation, at }).lastInsertRowid)
  }

  extendGeneration(generation: Generation): void {
    this.#statements.extendGeneration.run(generation)
  }

  findChunkId(sha256: Buffer): number | undefined {
    return this.#statements.findChunkId.get(sha256)
  }

  createChunk(chunk: Chunk): number {
    return Number(this.#statements.createChunk.run(chunk).lastInsertRowid)
  }

  findChunk(id: number): Chunk | undefined {
    return this.#statements.findChunk.get(id)
  }

  addPiece(generationId: number, piece: Piece): void {
    this.#statements.addPiece.run({ generationId, ...piece })
  }

  /** Removes the pieces from an offset on, and their chunks where nothing else refers to them. */
  dropPieces(generationId: number, from: number): void {
    for (const chunkId of this.#statements.dropPieces.all(generationId, from)) {
      this.#statements.dropUnusedChunk.run({ chunkId })
    }
  }

  countPieces(generationId: number, from: number): number {
    return this.#statements.countPieces.get(generationId, from) ?? 0
  }

  /** The pieces that hold the bytes of a range, in order. */
  piecesIn(generationId: number, from: number, to: number): Piece[] {
    return this.#statements.piecesIn.all({ generationId, from, to })
  }

  /** All pieces of a generation with the hashes of their chunks, in order. */
  listPieceHashes(generationId: number): PieceHash[] {
    return this.#statements.listPieceHashes.all(generationId)
  }

  totals(): { rawBytes: number; vaultBytes: number } {
    return {
      rawBytes: this.#statements.rawBytes.get() ?? 0,
      vaultBytes: this.#statements.fileBytes.get() ?? 0,
    }
  }
}

interface SourceRow extends SourceIdentity {
  id: number
  state: 'present' | 'gone'
  problem: string | null
  lastKeptAt: number | null
  generationId: number | null
  number: number | null
  length: number | null
  rawBytes: number
}

function toSource({ generationId, number, length, ...source }: SourceRow): VaultSource {
  const isKept = generationId !== null && number !== null && length !== null
  return { ...source, generation: isKept ? { id: generationId, number, length } : null }
}

function prepareStatements(sqlite: Sqlite) {
  return {
    findCursor: sqlite.prepare<[string], SourceCursor>(
      'SELECT id AS sourceId, state, problem, identity, size, mtime_ns AS mtimeNs, mode FROM sources WHERE path = ?',
    ),
    findSource: sqlite.prepare<[string], SourceRow>(`${SOURCE_LIST} WHERE s.path = ?`),
    presentPaths: sqlite.prepare<[], string>("SELECT path FROM sources WHERE state = 'present'").pluck(),
    listSources: sqlite.prepare<[], SourceRow>(`${SOURCE_LIST} ORDER BY s.id`),
    countSources: sqlite.prepare<[], number>("SELECT count(*) FROM sources WHERE role <> 'outside'").pluck(),
    putSource: sqlite
      .prepare<[SourceIdentity], number>(
        `INSERT INTO sources (agent, path, role, native_id, subagent_id, state)
         VALUES (:agent, :path, :role, :nativeId, :subagentId, 'present')
         ON CONFLICT (path) DO UPDATE SET agent = excluded.agent, role = excluded.role,
           native_id = excluded.native_id, subagent_id = excluded.subagent_id
         RETURNING id`,
      )
      .pluck(),
    markGone: sqlite.prepare<[number]>(
      "UPDATE sources SET state = 'gone', problem = NULL, size = NULL, mtime_ns = NULL WHERE id = ?",
    ),
    markUnreadable: sqlite.prepare<[string, number]>(
      "UPDATE sources SET state = 'present', problem = ?, size = NULL, mtime_ns = NULL WHERE id = ?",
    ),
    recordPartial: sqlite.prepare<[FileStamp & { at: number; sourceId: number }]>(
      `UPDATE sources SET state = 'present', problem = NULL, identity = :identity, size = NULL, mtime_ns = NULL,
         mode = :mode, seen_mtime_ns = :mtimeNs, last_kept_at = :at
       WHERE id = :sourceId`,
    ),
    recordWhole: sqlite.prepare<[FileStamp & { at: number | null; sourceId: number }]>(
      `UPDATE sources SET state = 'present', problem = NULL, identity = :identity, size = :size, mtime_ns = :mtimeNs,
         mode = :mode, seen_mtime_ns = :mtimeNs, last_kept_at = coalesce(:at, last_kept_at)
       WHERE id = :sourceId`,
    ),
    newestGeneration: sqlite.prepare<[number], Generation>(
      `${GENERATION} WHERE source_id = ? ORDER BY number DESC LIMIT 1`,
    ),
    findGeneration: sqlite.prepare<[number], Generation>(`${GENERATION} WHERE id = ?`),
    listGenerations: sqlite.prepare<[], Generation>(`${GENERATION} ORDER BY source_id, number`),
    ownerOf: sqlite.prepare<[number], SourceIdentity & { number: number }>(
      `SELECT agent, path, role, native_id AS nativeId, subagent_id AS subagentId, number
       FROM generations JOIN sources ON sources.id = source_id WHERE generations.id = ?`,
    ),
    createGeneration: sqlite.prepare<[Omit<Generation, 'id'> & { at: number }]>(
      `INSERT INTO generations (source_id, number, length, settled, head_hash, tail_hash, created_at)
       VALUES (:sourceId, :number, :length, :settled, :headHash, :tailHash, :at)`,
    ),
    extendGeneration: sqlite.prepare<[Generation]>(
      `UPDATE generations SET length = :length, settled = :settled, head_hash = :headHash, tail_hash = :tailHash
       WHERE id = :id`,
    ),
    findChunkId: sqlite.prepare<[Buffer], number>('SELECT id FROM chunks WHERE sha256 = ?').pluck(),
    createChunk: sqlite.prepare<[Chunk]>(
      'INSERT INTO chunks (sha256, length, codec, bytes) VALUES (:sha256, :length, :codec, :bytes)',
    ),
    findChunk: sqlite.prepare<[number], Chunk>('SELECT sha256, length, codec, bytes FROM chunks WHERE id = ?'),
    addPiece: sqlite.prepare<[Piece & { generationId: number }]>(
      'INSERT INTO pieces (generation_id, offset, length, chunk_id) VALUES (:generationId, :offset, :length, :chunkId)',
    ),
    dropPieces: sqlite
      .prepare<[number, number], number>(
        'DELETE FROM pieces WHERE generation_id = ? AND offset >= ? RETURNING chunk_id',
      )
      .pluck(),
    dropUnusedChunk: sqlite.prepare<[{ chunkId: number }]>(
      'DELETE FROM chunks WHERE id = :chunkId AND NOT EXISTS (SELECT 1 FROM pieces WHERE chunk_id = :chunkId)',
    ),
    countPieces: sqlite
      .prepare<[number, number], number>('SELECT count(*) FROM pieces WHERE generation_id = ? AND offset >= ?')
      .pluck(),
    piecesIn: sqlite.prepare<[{ generationId: number; from: number; to: number }], Piece>(
      `SELECT offset, length, chunk_id AS chunkId FROM pieces
       WHERE generation_id = :generationId AND offset < :to AND offset >=
         (SELECT coalesce(max(offset), 0) FROM pieces WHERE generation_id = :generationId AND offset <= :from)
       ORDER BY offset`,
    ),
    listPieceHashes: sqlite.prepare<[number], PieceHash>(
      `SELECT p.offset, p.length, c.sha256 FROM pieces p JOIN chunks c ON c.id = p.chunk_id
       WHERE p.generation_id = ? ORDER BY p.offset`,
    ),
    rawBytes: sqlite.prepare<[], number>('SELECT coalesce(sum(length), 0) FROM generations').pluck(),
    fileBytes: sqlite
      .prepare<[], number>('SELECT page_count * page_size FROM pragma_page_count, pragma_page_size')
      .pluck(),
  }
}
