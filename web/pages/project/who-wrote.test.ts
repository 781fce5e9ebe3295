// @vitest-environment node
import { expect, test } from 'vitest'
import { CodeFile } from '../../../server/contract/replay.ts'
import { filesByWriting, writerOf } from './who-wrote.ts'

const file = (path: string, source: CodeFile['source']): CodeFile =>
  CodeFile.parse({ path, state: 'present', sha256: null, bytes: 1, confidence: 'exact', source, changed: false })

const own = file('src/own.ts', { kind: 'edit', event: 4, at: '2026-01-01T10:00:00.000Z' })
const theirs = file('src/theirs.ts', {
  kind: 'write',
  session: 'codex:b',
  sessionEvent: 9,
  at: '2026-01-01T11:00:00.000Z',
})
const seen = file('README.md', { kind: 'read', event: 2, at: '2026-01-01T12:00:00.000Z' })
const byHand = file('notes.md', { kind: 'outside', event: 3, at: '2026-01-01T12:00:00.000Z' })

test('the writer is the session that was asked, or the other one that it names', () => {
  expect(writerOf(own, 'claude-code:a')).toEqual({ sessionId: 'claude-code:a', seq: 4 })
  expect(writerOf(theirs, 'claude-code:a')).toEqual({ sessionId: 'codex:b', seq: 9 })
})

test('who only read a file, or saw that it was changed by hand, did not write it', () => {
  expect(writerOf(seen, 'claude-code:a')).toBeUndefined()
  expect(writerOf(byHand, 'claude-code:a')).toBeUndefined()
})

test('files come in the order in which they were written last, the others behind them when they are asked for', () => {
  const files = [own, seen, theirs, byHand]
  const paths = (options: { words?: string; isAll?: boolean }) =>
    filesByWriting(files, { asked: 'claude-code:a', words: '', isAll: false, ...options }).map(({ file }) => file.path)

  expect(paths({})).toEqual(['src/theirs.ts', 'src/own.ts'])
  expect(paths({ isAll: true })).toEqual(['src/theirs.ts', 'src/own.ts', 'README.md', 'notes.md'])
  expect(paths({ words: 'SRC own' })).toEqual(['src/own.ts'])
})
