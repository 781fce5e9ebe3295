import { describe, expect, it } from 'vitest'
import type { OpenFile } from './code-moment.svelte.ts'
import { documentOf, messageOf } from './open-file.ts'
import type { CodeDiffReply, CodeFileReply } from './replay-api.ts'

const fileOf = (more: Partial<CodeFileReply> = {}): CodeFileReply => ({
  path: 'a.ts',
  at: 9,
  state: 'present',
  sha256: 'f'.repeat(64),
  bytes: 8,
  confidence: 'exact',
  source: { kind: 'edit', event: 9, at: null },
  changed: true,
  text: 'one\ntwo\n',
  changedLines: [[2, 2]],
  writtenBy: [-1, 0],
  writers: [{ event: 9 }],
  ...more,
})

const diffOf = (before: string | null, after: string | null): CodeDiffReply => ({
  path: 'a.ts',
  before,
  after,
  added: 0,
  removed: 0,
  patch: null,
})

const openOf = (mode: OpenFile['mode'], more: Partial<OpenFile> = {}): OpenFile => ({
  path: 'a.ts',
  at: 9,
  mode,
  file: fileOf(),
  diff: null,
  ...more,
})

describe('the content', () => {
  it('marks the lines that the session wrote, and none that it only read', () => {
    expect(documentOf(openOf('content'))?.written).toEqual([[2, 2]])
    const read = fileOf({ source: { kind: 'read', event: 9, at: null } })
    expect(documentOf(openOf('content', { file: read }))?.written).toEqual([])
  })

  it('says why there is none', () => {
    const without = (more: Partial<CodeFileReply>) => openOf('content', { file: fileOf({ text: null, ...more }) })
    expect(documentOf(without({ state: 'deleted' }))).toBeUndefined()
    expect(messageOf(without({ state: 'deleted' }))).toContain('deleted')
    expect(messageOf(without({ confidence: 'unknown' }))).toContain('not known')
    expect(messageOf(without({}))).toContain('binary')
    expect(messageOf(openOf('content', { file: null }))).toContain('Nothing is known')
  })
})

describe('the comparison', () => {
  it('has both sides', () => {
    const shown = documentOf(openOf('before', { diff: diffOf('one\n', 'one\ntwo\n') }))
    expect(shown).toEqual({ path: 'a.ts', text: 'one\ntwo\n', original: 'one\n', written: [] })
  })

  it('shows a file that the session made as all new, and does not claim it of one whose past is unknown', () => {
    const made = fileOf({ writtenBy: [0, 0], source: { kind: 'write', event: 9, at: null } })
    expect(documentOf(openOf('start', { file: made, diff: diffOf(null, 'x') }))?.original).toBe('')
    expect(documentOf(openOf('before', { file: made, diff: diffOf(null, 'x') }))?.original).toBe('')

    const unknown = openOf('start', { diff: diffOf(null, 'x') })
    expect(documentOf(unknown)).toBeUndefined()
    expect(messageOf(unknown)).toBe('What the file held when the session began is not known.')
  })

  it('shows a deleted file as all gone', () => {
    const gone = fileOf({ state: 'deleted', text: null })
    expect(documentOf(openOf('before', { file: gone, diff: diffOf('one\n', null) }))?.text).toBe('')
  })

  it('shows the content alone while the session has not changed the file', () => {
    const untouched = fileOf({ changed: false })
    expect(documentOf(openOf('start', { file: untouched }))?.original).toBeNull()
  })

  it('tells a file that is not on this machine from one that is empty', () => {
    const missing = openOf('disk', { diff: diffOf('one\n', null) })
    expect(documentOf(missing)).toBeUndefined()
    expect(messageOf(missing)).toContain('not on this machine')
    expect(documentOf(openOf('disk', { diff: diffOf('one\n', '') }))?.text).toBe('')
  })
})
