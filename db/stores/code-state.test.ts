import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileOp } from '../../server/code-state/file-op.ts'
import { blindEdit, CodeWorld, edit, FILE, seen, START, write } from './code-testing.ts'

let world: CodeWorld

beforeEach(() => {
  world = new CodeWorld()
})

afterEach(() => {
  world.close()
})

describe('what one session does', () => {
  test('each moment has its own text, also the one before the first event', () => {
    const session = world.session(1)
    const first = session.did([write('one\n', null)])
    const second = session.did([edit('one\n', 'one', 'two')])
    expect([session.textAt(-1), session.textAt(first), session.textAt(second)]).toEqual(['', 'one\n', 'two\n'])
    expect(session.at(second)).toMatchObject({ confidence: 'exact', bytes: 4, isChanged: true })
    expect(session.at(second)?.sha256).toBe('27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a')
  })

  test('a file is not there before the session made it', () => {
    const session = world.session(1)
    const other = session.did([write('x', null, '/p/b.ts')])
    session.did([write('one\n', null)])
    expect(session.at(other)).toBeUndefined()
  })

  test('what an edit found was there before, as far as we know', () => {
    const session = world.session(1)
    const before = session.did([write('x', null, '/p/b.ts')])
    session.did([edit('one\n', 'one', 'two')])
    expect(session.textAt(before)).toBe('one\n')
    expect(session.at(before)).toMatchObject({ confidence: 'probable', isChanged: false })
  })

  test('a call counts only when its result was no error', () => {
    const session = world.session(1)
    session.did([write('one\n', null)])
    const failed = session.did([], { asked: [write('two\n')], isError: true })
    const worked = session.did([], { asked: [write('three\n')] })
    expect(session.textAt(failed)).toBe('one\n')
    expect(session.textAt(worked)).toBe('three\n')
  })

  test('what the result tells is not done twice', () => {
    const session = world.session(1)
    session.did([write('a a\n', null)])
    const asked = blindEdit('a', 'b')
    const seq = session.did([edit('a a\n', 'a', 'b')], { asked: [asked] })
    expect(session.textAt(seq)).toBe('b a\n')
  })

  test('a call without result has changed nothing', () => {
    const session = world.session(1)
    const seq = session.did([write('one\n', null)])
    world.addEvent(1, 8, START)
    world.recorder.record({ key: 1, id: 's1' }, [
      { id: 'e-1-8', seq: 8, at: START, callId: 'open', isResult: false, isError: false, ops: [write('two\n')] },
    ])
    expect(session.textAt(seq)).toBe('one\n')
    expect(world.reader.textAt({ session: 1, seq: 8 }, FILE)).toBe('one\n')
  })

  test('a result that comes after a restart finds its call', () => {
    world.addEvent(1, 0, START)
    world.addEvent(1, 1, START)
    const call = { at: START, callId: 'c', isError: false }
    world.recorder.record({ key: 1, id: 's1' }, [
      { id: 'e-1-0', seq: 0, ...call, isResult: false, ops: [write('one\n')] },
    ])
    world.freshRecorder().record({ key: 1, id: 's1' }, [{ id: 'e-1-1', seq: 1, ...call, isResult: true, ops: [] }])
    expect(world.reader.textAt({ session: 1, seq: 1 }, FILE)).toBe('one\n')
  })

  test('a clock that runs backwards does not change the order', () => {
    const session = world.session(1)
    session.did([write('one\n', null)], { minute: 60 })
    const seq = session.did([edit('one\n', 'one', 'two')], { minute: 5 })
    expect(session.textAt(seq)).toBe('two\n')
    expect(session.textAt(1)).toBe('one\n')
  })

  test('a patch on an unknown base leaves the content unknown until it is seen', () => {
    const session = world.session(1)
    const blind = session.did([blindEdit('a', 'b')])
    expect(session.textAt(blind)).toBeNull()
    expect(session.at(blind)).toMatchObject({ confidence: 'unknown', sha256: null })
    const known = session.did([seen('xb\n')])
    expect(session.textAt(known)).toBe('xb\n')
  })

  test('a patch on a held base is exact when nothing ran, and probable after a command', () => {
    const session = world.session(1)
    session.did([write('a\n', null)])
    expect(session.at(session.did([blindEdit('a', 'b')]))).toMatchObject({ confidence: 'exact' })
    session.ran('npm run format')
    const after = session.did([blindEdit('b', 'c')])
    expect(session.textAt(after)).toBe('c\n')
    expect(session.at(after)).toMatchObject({ confidence: 'probable' })
  })

  test('parts that were seen of an unknown file make it known when none is missing', () => {
    const session = world.session(1)
    const part = (text: string, startLine: number): FileOp => ({
      op: 'glimpse',
      path: FILE,
      text,
      startLine,
      totalLines: 4,
    })
    const half = session.did([part('a\nb', 1)])
    expect(session.textAt(half)).toBe('')
    const whole = session.did([part('c\n', 3)])
    expect(session.textAt(whole)).toBe('a\nb\nc\n')
    expect(session.at(whole)).toMatchObject({ confidence: 'exact' })
  })

  test('content that shows marks of a removed secret is never exact', () => {
    const session = world.session(1)
    const seq = session.did([write('key = "REDACTED"\n', null)])
    expect(session.at(seq)).toMatchObject({ confidence: 'probable' })
  })

  test('the agent’s own backups are seen as whole contents', () => {
    world.companions['/home/.claude/file-history/s1/abc@v2'] = 'kept\n'
    const session = world.session(1)
    const seq = session.did([
      { op: 'backup', path: FILE, companion: '/home/.claude/file-history/s1/abc@v2', at: START },
    ])
    expect(session.textAt(seq)).toBe('kept\n')
  })
})

describe('records between events', () => {
  function note(seq: number, ops: FileOp[]): void {
    const event = { id: null, seq, at: START, callId: null, isError: false, isResult: false }
    world.recorder.record({ key: 1, id: 's1' }, [{ ...event, ops }])
  }

  test('they come after the event that they follow and do not take its place', () => {
    const session = world.session(1)
    const seq = session.did([write('one\n', null)])
    note(seq, [seen('two\n')])
    expect(session.textAt(seq)).toBe('two\n')
    note(seq, [seen('three\n')])
    expect(session.textAt(seq)).toBe('three\n')
    expect(world.index.prepare('SELECT count(*) AS n FROM code_ops').get()).toEqual({ n: 3 })
  })

  test('a backup from before an edit says nothing about the file after it', () => {
    world.companions['/backup'] = 'old\n'
    const session = world.session(1)
    session.did([seen('old\n')])
    const seq = session.did([edit('old\n', 'old', 'new')])
    note(seq, [{ op: 'backup', path: FILE, companion: '/backup', at: START + 30_000 }])
    expect(session.textAt(seq)).toBe('new\n')
  })

  test('calls of another agent told inside the file are followed', () => {
    const session = world.session(1)
    const seq = session.did([])
    note(seq, [{ op: 'called', call: 'inner', ops: [write('inner\n')] }])
    expect(session.at(seq)).toBeUndefined()
    note(seq, [{ op: 'returned', call: 'inner', isError: false, ops: [] }])
    expect(session.textAt(seq)).toBe('inner\n')
  })
})

describe('several sessions', () => {
  test('an edit of another session before the moment counts, one after it does not', () => {
    const first = world.session(1, 0)
    const second = world.session(2, 100)
    first.did([write('one\n', null)])
    const seq = second.did([write('x', null, '/p/b.ts')])
    const last = world.session(3, 200)
    last.did([edit('one\n', 'one', 'three')])
    expect(second.textAt(seq)).toBe('one\n')
    expect(second.at(seq)).toMatchObject({ isChanged: false })
  })

  test('the order in which sessions are read changes nothing', () => {
    const steps: (() => void)[] = [
      () => world.session(1, 0).did([write('a  b\n', null)]),
      () => world.session(2, 10).ran('npm run format'),
      () => world.session(3, 20).did([blindEdit('a', 'A')]),
      () => world.session(4, 30).ran('mv a.ts b.ts'),
      () => world.session(5, 40).did([edit('A b\n', 'b', 'B', '/p/b.ts')]),
    ]
    const snapshots = [
      [0, 1, 2, 3, 4],
      [4, 3, 2, 1, 0],
      [2, 4, 0, 3, 1],
    ].map((order) => {
      world.close()
      world = new CodeWorld()
      for (const index of order) steps[index]?.()
      return world.index
        .prepare(
          `SELECT path, at, session_key, seq, n, hex(sha256), by, doubted_at, exact_at FROM code_versions v
           JOIN code_files f ON f.id = v.file_id LEFT JOIN code_contents c ON c.id = v.content_id
           ORDER BY path, at, session_key, seq, n`,
        )
        .all()
    })
    expect(snapshots[1]).toEqual(snapshots[0])
    expect(snapshots[2]).toEqual(snapshots[0])
    expect(world.reader.textAt({ session: 5, seq: 1 }, '/p/b.ts')).toBe('A B\n')
  })

  test('files that are heard of after their folder went away or elsewhere went with it', () => {
    world.session(3, 60).ran('rm -rf old && mv src lib && rm -rf node_modules')
    const late = world.session(1, 0)
    late.did([write('a\n', null, '/p/old/a.ts')])
    const before = late.did([write('b\n', null, '/p/src/deep/b.ts')])
    const files = world.reader.filesAt({ session: 3, seq: 1 }, ['/p'])
    expect(late.textAt(before, '/p/src/deep/b.ts')).toBe('b\n')
    expect(world.reader.textAt({ session: 3, seq: 1 }, '/p/lib/deep/b.ts')).toBe('b\n')
    expect(files.map((file) => [file.path, file.version.content === null])).toEqual([
      ['/p/lib/deep/b.ts', false],
      ['/p/old/a.ts', true],
      ['/p/src/deep/b.ts', true],
    ])
  })

  test('a fork that repeats calls changes nothing', () => {
    const first = world.session(1, 0)
    first.did([write('one\n', null)], { call: 'shared' })
    const changed = first.did([edit('one\n', 'one', 'two')])
    const fork = world.session(2, 0)
    fork.did([write('one\n', null)], { call: 'shared', minute: 90 })
    expect(first.textAt(changed)).toBe('two\n')
    expect(world.reader.textAt({ session: 2, seq: 1 }, FILE)).toBe('two\n')
  })

  test('other work trees below the project are left out unless the session touched them', () => {
    const first = world.session(1, 0)
    first.did([write('one\n', null)])
    first.did([write('own\n', null, '/p/.worktrees/1/a.ts')])
    world.session(2, 10).did([write('other\n', null, '/p/.worktrees/2/a.ts')])
    const third = world.session(3, 20)
    const seq = third.did([write('c', null, '/elsewhere/c.ts')])
    const paths = (session: number) => world.reader.filesAt({ session, seq }, ['/p']).map((file) => file.path)
    expect(paths(3)).toEqual(['/elsewhere/c.ts', '/p/a.ts'])
    first.did([seen('one\n')])
    expect(world.reader.filesAt({ session: 1, seq: 5 }, ['/p']).map((file) => file.path)).toEqual([
      '/p/.worktrees/1/a.ts',
      '/p/a.ts',
    ])
  })
})

describe('the store', () => {
  test('a rolled back transaction leaves nothing behind, also in memory', () => {
    const session = world.session(1)
    session.did([write('one\n', null)])
    const failing = world.index.transaction(() => {
      world.recorder.record({ key: 9, id: 's9' }, [
        {
          id: 'x',
          seq: 0,
          at: START,
          callId: 'c9',
          isResult: true,
          isError: false,
          ops: [write('lost\n', undefined, '/p/lost.ts')],
        },
      ])
      throw new Error('disk full')
    })
    expect(failing).toThrow('disk full')
    world.recorder.forget()
    const seq = session.did([write('lost\n', null, '/p/lost.ts')])
    expect(session.textAt(seq, '/p/lost.ts')).toBe('lost\n')
    expect(world.freshReader().textAt({ session: 1, seq }, '/p/lost.ts')).toBe('lost\n')
  })

  test('many versions of a large file cost little and come back byte for byte', () => {
    const session = world.session(1)
    const lines = Array.from({ length: 3000 }, (_, n) => `line ${n} with ünïcode ${n * 7919}\n`)
    let text = lines.join('')
    session.did([write(text, null)])
    for (let n = 0; n < 40; n += 1) {
      const next = text.replace(`line ${n * 70} `, `changed ${n} 🚀 `)
      session.did([{ op: 'write', path: FILE, after: next, before: text, by: 'edit' }])
      text = next
    }
    const { size } = world.index.prepare('SELECT sum(length(body)) AS size FROM code_contents').get() as {
      size: number
    }
    expect(session.textAt(81)).toBe(text)
    expect(world.freshReader().textAt({ session: 1, seq: 81 }, FILE)).toBe(text)
    expect(size).toBeLessThan(Buffer.byteLength(text) * 2)
  })
})
