import type { ForkPiece } from '../adapter.ts'
import type { Span } from '../shared/json-spans.ts'
import type { KeptRecord } from './fork-chain.ts'

/** A change inside of a record: what stands at the span is replaced by the pieces. */
interface Edit {
  span: Span
  pieces: ForkPiece[]
}

/**
 * Lays out the lines of a fork as one chain in the new session. Only the session's id, the predecessor where it is
 * another one, and blocks that are left out differ from the kept bytes; everything else is a range of them.
 */
export function piecesOf(records: readonly KeptRecord[], nativeId: string): ForkPiece[] {
  const pieces: ForkPiece[] = []
  let before: string | null = null
  for (const kept of records) {
    const { record } = kept
    const parent = record.isBoundary ? null : before
    pieces.push(...lineOf(kept, { parent, nativeId }), { bytes: Buffer.from('\n') })
    before = record.id
  }
  return pieces
}

/** Bytes that the pieces have together. */
export function lengthOf(pieces: readonly ForkPiece[]): number {
  return pieces.reduce((sum, piece) => sum + ('bytes' in piece ? piece.bytes.length : piece.to - piece.from), 0)
}

function lineOf(kept: KeptRecord, tied: { parent: string | null; nativeId: string }): ForkPiece[] {
  const { record } = kept
  const edits: Edit[] = record.sessionAt.map((span) => ({ span, pieces: [textPiece(tied.nativeId)] }))
  // Where a member is missing it is put in front of the others.
  const added: Record<string, string | null> = {}
  if (record.sessionAt.length === 0) added['sessionId'] = tied.nativeId
  if (record.parentAt === null) added['parentUuid'] = tied.parent
  else if (record.parentId !== tied.parent) edits.push({ span: record.parentAt, pieces: [textPiece(tied.parent)] })
  if (Object.keys(added).length > 0) {
    const inside = record.span.from + 1
    const text = `${JSON.stringify(added).slice(1, -1)},`
    edits.push({ span: { from: inside, to: inside }, pieces: [{ bytes: Buffer.from(text) }] })
  }
  if (record.content !== null && kept.blocks.length < record.blocks.length)
    edits.push(contentEdit(kept, record.content))
  return applied(record.file, record.span, edits)
}

function contentEdit({ record, blocks }: KeptRecord, content: Span): Edit {
  const list = blocks.flatMap((block, index): ForkPiece[] => [
    ...(index === 0 ? [] : [{ bytes: Buffer.from(',') }]),
    { file: record.file, from: block.span.from, to: block.span.to },
  ])
  return { span: content, pieces: [{ bytes: Buffer.from('[') }, ...list, { bytes: Buffer.from(']') }] }
}

function applied(file: number, span: Span, edits: Edit[]): ForkPiece[] {
  const pieces: ForkPiece[] = []
  let at = span.from
  for (const edit of edits.toSorted((a, b) => a.span.from - b.span.from)) {
    pieces.push({ file, from: at, to: edit.span.from }, ...edit.pieces)
    at = edit.span.to
  }
  return [...pieces, { file, from: at, to: span.to }]
}

function textPiece(text: string | null): ForkPiece {
  return { bytes: Buffer.from(JSON.stringify(text)) }
}
