import { Snapshot, type SnapshotSession } from '../../server/contract/snapshots.ts'

/** A snapshot of the contract's shape with the given parts. */
export function snapshotWith(parts: Partial<Snapshot>): Snapshot {
  return Snapshot.parse({
    id: 1,
    label: null,
    reason: 'manual',
    cause: null,
    scope: { all: true },
    at: '2026-11-24T10:00:00.000Z',
    isPinned: false,
    sessions: 2,
    sources: 3,
    rawBytes: 1_000,
    changedSources: 1,
    changedBytes: 100,
    ...parts,
  })
}

type Source = SnapshotSession['sources'][number]

/** A file of a session in a snapshot: 100 bytes, and the same now. */
export function snapshotSource(parts: Partial<Source> = {}): Source {
  return {
    path: '/home/me/.claude/projects/atlas/one.jsonl',
    state: 'present',
    bytes: 100,
    bytesNow: 100,
    generations: 1,
    lastKeptAt: null,
    ...parts,
  }
}

/** A session as a snapshot holds it, with one unchanged file. */
export function snapshotSessionWith(parts: Partial<SnapshotSession>): SnapshotSession {
  return {
    id: 'claude-code:one',
    agent: 'claude-code',
    title: 'A session',
    projectPath: '/home/me/src/atlas',
    rawBytes: 100,
    sources: [snapshotSource()],
    ...parts,
  }
}
