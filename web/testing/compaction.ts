import { CompactionLoss, LostItem } from '../../server/contract/compaction.ts'

/** An item of the contract's shape with the given parts; the rest is small and unremarkable. */
export function lostItemWith(parts: Partial<LostItem>): LostItem {
  const seq = parts.seq ?? 1
  return LostItem.parse({
    id: `instruction:e${seq}:0`,
    kind: 'instruction',
    text: 'Never touch the lock file',
    detail: null,
    seq,
    coverage: 'lost',
    found: [],
    missing: ['lock'],
    importance: 0.5,
    tokens: 8,
    ...parts,
  })
}

/** A compaction of the contract's shape with the given parts. */
export function compactionWith(parts: Partial<CompactionLoss>): CompactionLoss {
  const seq = parts.seq ?? 100
  return CompactionLoss.parse({
    seq,
    id: `c${seq}`,
    at: '2026-11-24T10:00:00.000Z',
    trigger: 'auto',
    preTokens: 171_000,
    postTokens: 21_000,
    summary: 'The lexer is being rewritten.',
    fromSeq: 0,
    items: [],
    ...parts,
  })
}
