import type { Sqlite } from '../client.ts'

/** How far a redaction is. All but `done` and `undone` are left by a crash only. */
export type RedactionPhase = 'staged' | 'swapped' | 'done' | 'undoing' | 'unswapped' | 'undone'

/** A redaction as the vault notes it. */
export interface StoredRedaction {
  id: number
  title: string
  at: number
  phase: RedactionPhase
  /** JSON: what was asked for. */
  request: string
  secrets: number
  /** Of the journal of what is written outside; null when no file of an agent was written. */
  changeId: number | null
  /** False when what was there before is gone for good. */
  hasBefore: boolean
}

/** A generation that a redaction changes. */
export interface RedactedGeneration {
  generationId: number
  sourceId: number
  /** Holds the new bytes until the swap and the old ones after it; null when these are gone. */
  otherId: number | null
  /** How the generation stood when its new bytes were made. */
  length: number
  tailHash: Buffer
  /** Lengths of snapshot marks before the swap, by snapshot. */
  marks: Record<string, number>
}

/** Where the bytes of a file lie that Lossless wrote over. */
export interface BeforeRow {
  changeId: number
  n: number
  length: number
}

/** The SQL of redactions. The ingest worker writes; callers hold the transaction. */
export class RedactionStore {
  readonly #statements: ReturnType<typeof prepare>

  constructor(vault: Sqlite) {
    this.#statements = prepare(vault)
  }

  begin(redaction: Pick<StoredRedaction, 'title' | 'at' | 'request'>): number {
    return Number(this.#statements.begin.run(redaction).lastInsertRowid)
  }

  find(id: number): StoredRedaction | undefined {
    const row = this.#statements.find.get(id)
    return row && { ...row, hasBefore: row.hasBefore === 1 }
  }

  /** Newest first, without what is under way. */
  list(): StoredRedaction[] {
    return this.#statements.list.all().map((row) => ({ ...row, hasBefore: row.hasBefore === 1 }))
  }

  /** What a crash left half done, oldest first. */
  unfinished(): StoredRedaction[] {
    return this.#statements.unfinished.all().map((row) => ({ ...row, hasBefore: row.hasBefore === 1 }))
  }

  setPhase(id: number, phase: RedactionPhase): void {
    this.#statements.setPhase.run(phase, id)
  }

  setOutcome(id: number, outcome: { changeId: number | null; secrets: number }): void {
    this.#statements.setOutcome.run({ ...outcome, id })
  }

  /** Forgets what an undo would need. */
  forgetBefore(id: number): void {
    this.#statements.dropOthers.run(id)
    this.#statements.forgetBefore.run(id)
  }

  drop(id: number): void {
    this.#statements.dropGenerations.run(id)
    this.#statements.drop.run(id)
  }

  addGeneration(id: number, generation: { generationId: number; otherId: number }): void {
    this.#statements.addGeneration.run({ ...generation, id })
  }

  dropOne(id: number, generationId: number): void {
    this.#statements.dropOne.run(id, generationId)
  }

  /** True while a generation has the bytes that its new ones were made of. */
  isAsMade(id: number, generationId: number): boolean {
    return this.#statements.isAsMade.get(id, generationId) !== undefined
  }

  /** True while a generation has as many bytes as a redaction left in it: those that came since would be lost. */
  isAsLeft(id: number, generationId: number): boolean {
    return this.#statements.isAsLeft.get(id, generationId) !== undefined
  }

  /** Redactions before this one that changed one of the same generations and can be undone. */
  earlierOf(id: number): number[] {
    return this.#statements.earlierOf.all({ id }).map((row) => row.id)
  }

  /** In the order of their ids. */
  generationsOf(id: number): RedactedGeneration[] {
    return this.#statements.generations
      .all(id)
      .map(({ marks, ...row }) => ({ ...row, marks: JSON.parse(marks) as Record<string, number> }))
  }

  /** Another redaction of the same generation that was made later and not undone. */
  laterOf(id: number, generationId: number): StoredRedaction | undefined {
    const later = this.#statements.laterOf.get(id, generationId)?.id
    return later === undefined ? undefined : this.find(later)
  }

  setMarks(id: number, generationId: number, marks: Record<string, number>): void {
    this.#statements.setMarks.run(JSON.stringify(marks), id, generationId)
  }

  /** Lets two generations exchange all their bytes; everything that names either of them goes on naming it. */
  swapBytes(one: number, other: number): void {
    const pieces = [one, other].map((id) => this.#statements.pieces.all(id))
    const facts = [one, other].map((id) => this.#statements.facts.get(id))
    for (const id of [one, other]) this.#statements.dropPieces.run(id)
    for (const [from, to] of [
      [0, other],
      [1, one],
    ] as const) {
      for (const piece of pieces[from] ?? []) this.#statements.addPiece.run({ ...piece, id: to })
      const fact = facts[from]
      if (fact) this.#statements.setFacts.run({ ...fact, id: to })
    }
  }

  /** Snapshot marks in a generation. */
  marksOf(generationId: number): { snapshotId: number; length: number }[] {
    return this.#statements.marks.all(generationId)
  }

  setMark(generationId: number, { snapshotId, length }: { snapshotId: number; length: number }): void {
    this.#statements.setMark.run(length, generationId, snapshotId)
  }

  /** What was kept before Lossless wrote over files, in a generation. */
  beforesOf(generationId: number): BeforeRow[] {
    return this.#statements.befores.all(generationId)
  }

  pointBefores(from: number, to: number): void {
    this.#statements.pointBefores.run(to, from)
  }

  setBefore(row: BeforeRow & { generationId: number; sha256: string }): void {
    this.#statements.setBefore.run(row)
  }

  /** Removes a change from the journal: it cannot be undone any more. */
  dropChange(changeId: number): void {
    this.#statements.dropFiles.run(changeId)
    this.#statements.dropFolders.run(changeId)
    this.#statements.dropChange.run(changeId)
  }

  /** Removes a generation of ours, with chunks that nothing else refers to, and the place that it was kept under. */
  dropGeneration(id: number): void {
    for (const { chunkId } of this.#statements.takePieces.all(id)) this.#statements.dropChunk.run({ chunkId })
    const sourceId = this.#statements.takeGeneration.get(id)?.sourceId
    if (sourceId !== undefined) this.#statements.dropSource.run(sourceId)
  }

  /** Side files of agents that belong to no session: prompt histories and the like. */
  sharedOf(agents: readonly string[]): number[] {
    return this.#statements.shared.all(JSON.stringify(agents)).map(({ id }) => id)
  }

  /** Generations of ours that were kept under paths with this beginning and that no redaction names. */
  strays(folder: string): number[] {
    return this.#statements.strays.all(`${folder}/`, `${folder}0`).map(({ id }) => id)
  }
}

type Row = Omit<StoredRedaction, 'hasBefore'> & { hasBefore: number }
type GenerationRow = Omit<RedactedGeneration, 'marks'> & { marks: string }
interface Facts {
  length: number
  settled: number
  headHash: Buffer
  tailHash: Buffer
}

function prepare(sqlite: Sqlite) {
  const columns = `id, title, at, phase, request, secrets, change_id AS changeId, has_before AS hasBefore`
  const ended = `('done', 'undone')`
  return {
    begin: sqlite.prepare<[Pick<StoredRedaction, 'title' | 'at' | 'request'>]>(
      `INSERT INTO redactions (title, at, phase, request) VALUES (:title, :at, 'staged', :request)`,
    ),
    find: sqlite.prepare<[number], Row>(`SELECT ${columns} FROM redactions WHERE id = ?`),
    list: sqlite.prepare<[], Row>(`SELECT ${columns} FROM redactions WHERE phase IN ${ended} ORDER BY id DESC`),
    unfinished: sqlite.prepare<[], Row>(`SELECT ${columns} FROM redactions WHERE phase NOT IN ${ended} ORDER BY id`),
    setPhase: sqlite.prepare<[string, number]>('UPDATE redactions SET phase = ? WHERE id = ?'),
    setOutcome: sqlite.prepare<[{ id: number; changeId: number | null; secrets: number }]>(
      'UPDATE redactions SET change_id = :changeId, secrets = :secrets WHERE id = :id',
    ),
    forgetBefore: sqlite.prepare<[number]>('UPDATE redactions SET has_before = 0, change_id = NULL WHERE id = ?'),
    dropOthers: sqlite.prepare<[number]>('UPDATE redacted_generations SET other_id = NULL WHERE redaction_id = ?'),
    drop: sqlite.prepare<[number]>('DELETE FROM redactions WHERE id = ?'),
    dropGenerations: sqlite.prepare<[number]>('DELETE FROM redacted_generations WHERE redaction_id = ?'),
    addGeneration: sqlite.prepare<[{ id: number; generationId: number; otherId: number }]>(
      `INSERT INTO redacted_generations (redaction_id, generation_id, other_id, length, length_after, tail_hash)
       SELECT :id, one.id, other.id, one.length, other.length, one.tail_hash
       FROM generations one JOIN generations other ON other.id = :otherId WHERE one.id = :generationId`,
    ),
    generations: sqlite.prepare<[number], GenerationRow>(
      `SELECT generation_id AS generationId, source_id AS sourceId, other_id AS otherId, r.length,
         r.tail_hash AS tailHash, marks
       FROM redacted_generations r JOIN generations g ON g.id = generation_id
       WHERE redaction_id = ? ORDER BY generation_id`,
    ),
    laterOf: sqlite.prepare<[number, number], { id: number }>(
      `SELECT redaction_id AS id FROM redacted_generations JOIN redactions ON redactions.id = redaction_id
       WHERE redaction_id > ? AND generation_id = ? AND phase <> 'undone' ORDER BY 1 DESC LIMIT 1`,
    ),
    dropOne: sqlite.prepare<[number, number]>(
      'DELETE FROM redacted_generations WHERE redaction_id = ? AND generation_id = ?',
    ),
    isAsMade: sqlite.prepare<[number, number], { one: number }>(
      `SELECT 1 AS one FROM redacted_generations r JOIN generations g ON g.id = generation_id
       WHERE redaction_id = ? AND generation_id = ? AND g.length = r.length AND g.tail_hash = r.tail_hash`,
    ),
    isAsLeft: sqlite.prepare<[number, number], { one: number }>(
      `SELECT 1 AS one FROM redacted_generations r JOIN generations g ON g.id = generation_id
       WHERE redaction_id = ? AND generation_id = ? AND g.length = r.length_after`,
    ),
    earlierOf: sqlite.prepare<[{ id: number }], { id: number }>(
      `SELECT DISTINCT e.redaction_id AS id FROM redacted_generations r
       JOIN redacted_generations e ON e.generation_id = r.generation_id AND e.redaction_id < r.redaction_id
       WHERE r.redaction_id = :id AND e.other_id IS NOT NULL`,
    ),
    setMarks: sqlite.prepare<[string, number, number]>(
      'UPDATE redacted_generations SET marks = ? WHERE redaction_id = ? AND generation_id = ?',
    ),
    pieces: sqlite.prepare<[number], { offset: number; length: number; chunkId: number }>(
      'SELECT offset, length, chunk_id AS chunkId FROM pieces WHERE generation_id = ? ORDER BY offset',
    ),
    dropPieces: sqlite.prepare<[number]>('DELETE FROM pieces WHERE generation_id = ?'),
    addPiece: sqlite.prepare<[{ id: number; offset: number; length: number; chunkId: number }]>(
      'INSERT INTO pieces (generation_id, offset, length, chunk_id) VALUES (:id, :offset, :length, :chunkId)',
    ),
    facts: sqlite.prepare<[number], Facts>(
      'SELECT length, settled, head_hash AS headHash, tail_hash AS tailHash FROM generations WHERE id = ?',
    ),
    setFacts: sqlite.prepare<[Facts & { id: number }]>(
      `UPDATE generations SET length = :length, settled = :settled, head_hash = :headHash, tail_hash = :tailHash
       WHERE id = :id`,
    ),
    marks: sqlite.prepare<[number], { snapshotId: number; length: number }>(
      'SELECT snapshot_id AS snapshotId, length FROM snapshot_marks WHERE generation_id = ?',
    ),
    setMark: sqlite.prepare<[number, number, number]>(
      'UPDATE snapshot_marks SET length = ? WHERE generation_id = ? AND snapshot_id = ?',
    ),
    befores: sqlite.prepare<[number], BeforeRow>(
      `SELECT change_id AS changeId, n, before_length AS length FROM outside_files
       WHERE before_generation_id = ? AND before_length IS NOT NULL`,
    ),
    pointBefores: sqlite.prepare<[number, number]>(
      'UPDATE outside_files SET before_generation_id = ? WHERE before_generation_id = ?',
    ),
    setBefore: sqlite.prepare<[BeforeRow & { generationId: number; sha256: string }]>(
      `UPDATE outside_files SET before_generation_id = :generationId, before_length = :length, before_sha256 = :sha256
       WHERE change_id = :changeId AND n = :n`,
    ),
    dropFiles: sqlite.prepare<[number]>('DELETE FROM outside_files WHERE change_id = ?'),
    dropFolders: sqlite.prepare<[number]>('DELETE FROM outside_folders WHERE change_id = ?'),
    dropChange: sqlite.prepare<[number]>('DELETE FROM outside_changes WHERE id = ?'),
    takePieces: sqlite.prepare<[number], { chunkId: number }>(
      'DELETE FROM pieces WHERE generation_id = ? RETURNING chunk_id AS chunkId',
    ),
    dropChunk: sqlite.prepare<[{ chunkId: number }]>(
      'DELETE FROM chunks WHERE id = :chunkId AND NOT EXISTS (SELECT 1 FROM pieces WHERE chunk_id = :chunkId)',
    ),
    takeGeneration: sqlite.prepare<[number], { sourceId: number }>(
      'DELETE FROM generations WHERE id = ? RETURNING source_id AS sourceId',
    ),
    dropSource: sqlite.prepare<[number]>(
      `DELETE FROM sources WHERE id = ? AND role = 'outside'
         AND NOT EXISTS (SELECT 1 FROM generations WHERE source_id = sources.id)`,
    ),
    shared: sqlite.prepare<[string], { id: number }>(
      `SELECT id FROM sources WHERE agent IN (SELECT value FROM json_each(?)) AND role = 'companion'
         AND native_id IS NULL ORDER BY id`,
    ),
    strays: sqlite.prepare<[string, string], { id: number }>(
      `SELECT g.id FROM sources s JOIN generations g ON g.source_id = s.id
       WHERE s.role = 'outside' AND s.path > ? AND s.path < ?
         AND NOT EXISTS (SELECT 1 FROM redacted_generations WHERE other_id = g.id)`,
    ),
  }
}
