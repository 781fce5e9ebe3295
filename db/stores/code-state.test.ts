import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileOp } from '../../server/code-state/file-op.ts'
import { CodeRecorder, type RecordedEvent } from '../../server/code-state/recorder.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../testing.ts'
import { CodeReader, type FileAtMoment } from './code-reader.ts'
import { CodeStore } from './code-store.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)
const FILE = '/p/a.ts'

let databases: TemporaryDatabases
let recorder: CodeRecorder
let reader: CodeReader
let companions: Record<string, string>

beforeEach(() => {
  databases = createTemporaryDatabases()
  companions = {}
  recorder = createRecorder()
  reader = new CodeReader(databases.index)
})

afterEach(() => {
  databases.close()
})

function createRecorder(): CodeRecorder {
  return new CodeRecorder(new CodeStore(databases.index), (path) => {
    const text = companions[path]
    return text === undefined ? null : Buffer.from(text)
  })
}

/** Events of one session: every entry is a call with its result, one minute after the other. */
class TestSession {
  readonly key: number
  readonly #from: number
  #seq = 0

  constructor(key: number, startMinute = 0) {
    this.key = key
    this.#from = START + startMinute * MINUTE
  }

  /** Records a result and returns its `seq`. */
  did(result: FileOp[], more: { asked?: FileOp[]; isError?: boolean; call?: string; minute?: number } = {}): number {
    const call = more.call ?? `call-${this.key}-${this.#seq}`
    const at = this.#from + (more.minute ?? this.#seq) * MINUTE
    this.#record({ seq: this.#seq, at, callId: call, isResult: false, isError: false, ops: more.asked ?? [] })
    const seq = this.#seq + 1
    this.#record({ seq, at, callId: call, isResult: true, isError: more.isError ?? false, ops: result })
    this.#seq += 2
    return seq
  }

  ran(
    command: string,
    output: { stdout?: string; isError?: boolean; isRecorded?: boolean; also?: FileOp[] } = {},
  ): number {
    const told = {
      op: 'output',
      stdout: output.stdout ?? '',
      isPartial: false,
      isRecorded: output.isRecorded ?? false,
    } as const
    return this.did([told, ...(output.also ?? [])], {
      asked: [{ op: 'run', command, cwd: '/p' }],
      ...(output.isError ? { isError: true } : {}),
    })
  }

  #record(event: Omit<RecordedEvent, 'id'>): void {
    addEvent(this.key, event.seq, event.at)
    recorder.record({ key: this.key, id: `s${this.key}` }, [{ id: `e-${this.key}-${event.seq}`, ...event }])
  }
}

function addEvent(session: number, seq: number, at: number | null): void {
  databases.index
    .prepare(
      'INSERT INTO events (session_key, seq, id, at, kind, generation_id, offset, length, part) VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0)',
    )
    .run(session, seq, `e-${session}-${seq}`, at, 'tool_result')
}

function write(after: string, before?: string | null, path = FILE): FileOp {
  return { op: 'write', path, after, by: 'write', ...(before === undefined ? {} : { before }) }
}

function edit(before: string, old: string, next: string, path = FILE): FileOp {
  return { op: 'patch', path, before, hunks: [], replace: [{ old, new: next, all: false }], by: 'edit' }
}

function blindEdit(old: string, next: string): FileOp {
  return { op: 'patch', path: FILE, hunks: [], replace: [{ old, new: next, all: false }], by: 'edit' }
}

function seen(content: string | null, path = FILE): FileOp {
  return { op: 'observe', path, content, by: 'read' }
}

function at(session: TestSession, seq: number, path = FILE): FileAtMoment | undefined {
  return reader.fileAt({ session: session.key, seq }, path)
}

function textAt(session: TestSession, seq: number, path = FILE): string | null {
  return reader.textAt({ session: session.key, seq }, path)
}

describe('what one session does', () => {
  test('each moment has its own text, also the one before the first event', () => {
    const session = new TestSession(1)
    const first = session.did([write('one\n', null)])
    const second = session.did([edit('one\n', 'one', 'two')])
    expect([textAt(session, -1), textAt(session, first), textAt(session, second)]).toEqual(['', 'one\n', 'two\n'])
    expect(at(session, second)).toMatchObject({ confidence: 'exact', bytes: 4, isChanged: true })
    expect(at(session, second)?.sha256).toBe('27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a')
  })

  test('a file is not there before the session made it', () => {
    const session = new TestSession(1)
    const other = session.did([write('x', null, '/p/b.ts')])
    session.did([write('one\n', null)])
    expect(at(session, other)).toBeUndefined()
  })

  test('what an edit found was there before, as far as we know', () => {
    const session = new TestSession(1)
    const before = session.did([write('x', null, '/p/b.ts')])
    session.did([edit('one\n', 'one', 'two')])
    expect(textAt(session, before)).toBe('one\n')
    expect(at(session, before)).toMatchObject({ confidence: 'probable', isChanged: false })
  })

  test('a call counts only when its result was no error', () => {
    const session = new TestSession(1)
    session.did([write('one\n', null)])
    const failed = session.did([], { asked: [write('two\n')], isError: true })
    const worked = session.did([], { asked: [write('three\n')] })
    expect(textAt(session, failed)).toBe('one\n')
    expect(textAt(session, worked)).toBe('three\n')
  })

  test('what the result tells is not done twice', () => {
    const session = new TestSession(1)
    session.did([write('a a\n', null)])
    const asked = blindEdit('a', 'b')
    const seq = session.did([edit('a a\n', 'a', 'b')], { asked: [asked] })
    expect(textAt(session, seq)).toBe('b a\n')
  })

  test('a call without result has changed nothing', () => {
    const session = new TestSession(1)
    const seq = session.did([write('one\n', null)])
    addEvent(1, 8, START)
    recorder.record({ key: 1, id: 's1' }, [
      { id: 'e-1-8', seq: 8, at: START, callId: 'open', isResult: false, isError: false, ops: [write('two\n')] },
    ])
    expect(textAt(session, seq)).toBe('one\n')
    expect(reader.textAt({ session: 1, seq: 8 }, FILE)).toBe('one\n')
  })

  test('a result that comes after a restart finds its call', () => {
    addEvent(1, 0, START)
    addEvent(1, 1, START)
    const call = { at: START, callId: 'c', isError: false }
    recorder.record({ key: 1, id: 's1' }, [{ id: 'e-1-0', seq: 0, ...call, isResult: false, ops: [write('one\n')] }])
    createRecorder().record({ key: 1, id: 's1' }, [{ id: 'e-1-1', seq: 1, ...call, isResult: true, ops: [] }])
    expect(reader.textAt({ session: 1, seq: 1 }, FILE)).toBe('one\n')
  })

  test('a clock that runs backwards does not change the order', () => {
    const session = new TestSession(1)
    session.did([write('one\n', null)], { minute: 60 })
    const seq = session.did([edit('one\n', 'one', 'two')], { minute: 5 })
    expect(textAt(session, seq)).toBe('two\n')
    expect(textAt(session, 1)).toBe('one\n')
  })

  test('a patch on an unknown base leaves the content unknown until it is seen', () => {
    const session = new TestSession(1)
    const blind = session.did([blindEdit('a', 'b')])
    expect(textAt(session, blind)).toBeNull()
    expect(at(session, blind)).toMatchObject({ confidence: 'unknown', sha256: null })
    const known = session.did([seen('xb\n')])
    expect(textAt(session, known)).toBe('xb\n')
  })

  test('a patch on a held base is exact when nothing ran, and probable after a command', () => {
    const session = new TestSession(1)
    session.did([write('a\n', null)])
    expect(at(session, session.did([blindEdit('a', 'b')]))).toMatchObject({ confidence: 'exact' })
    session.ran('npm run format')
    const after = session.did([blindEdit('b', 'c')])
    expect(textAt(session, after)).toBe('c\n')
    expect(at(session, after)).toMatchObject({ confidence: 'probable' })
  })

  test('content that shows marks of a removed secret is never exact', () => {
    const session = new TestSession(1)
    const seq = session.did([write('key = "REDACTED"\n', null)])
    expect(at(session, seq)).toMatchObject({ confidence: 'probable' })
  })

  test('the agent’s own backups are seen as whole contents', () => {
    companions['/home/.claude/file-history/s1/abc@v2'] = 'kept\n'
    const session = new TestSession(1)
    const seq = session.did([
      { op: 'backup', path: FILE, companion: '/home/.claude/file-history/s1/abc@v2', at: START },
    ])
    expect(textAt(session, seq)).toBe('kept\n')
  })
})

describe('records between events', () => {
  function note(seq: number, ops: FileOp[]): void {
    const event = { id: null, seq, at: START, callId: null, isError: false, isResult: false }
    recorder.record({ key: 1, id: 's1' }, [{ ...event, ops }])
  }

  test('they come after the event that they follow and do not take its place', () => {
    const session = new TestSession(1)
    const seq = session.did([write('one\n', null)])
    note(seq, [seen('two\n')])
    expect(textAt(session, seq)).toBe('two\n')
    note(seq, [seen('three\n')])
    expect(textAt(session, seq)).toBe('three\n')
    expect(databases.index.prepare('SELECT count(*) AS n FROM code_ops').get()).toEqual({ n: 3 })
  })

  test('a backup from before an edit says nothing about the file after it', () => {
    companions['/backup'] = 'old\n'
    const session = new TestSession(1)
    session.did([seen('old\n')])
    const seq = session.did([edit('old\n', 'old', 'new')])
    note(seq, [{ op: 'backup', path: FILE, companion: '/backup', at: START + 30_000 }])
    expect(textAt(session, seq)).toBe('new\n')
  })

  test('calls of another agent told inside the file are followed', () => {
    const session = new TestSession(1)
    const seq = session.did([])
    note(seq, [{ op: 'called', call: 'inner', ops: [write('inner\n')] }])
    expect(at(session, seq)).toBeUndefined()
    note(seq, [{ op: 'returned', call: 'inner', isError: false, ops: [] }])
    expect(textAt(session, seq)).toBe('inner\n')
  })
})

describe('commands', () => {
  test('rm, mv and cp of files and folders', () => {
    const session = new TestSession(1)
    session.did([write('a\n', null, '/p/src/a.ts')])
    session.did([write('b\n', null, '/p/src/sub/b.ts')])
    const moved = session.ran('mv src lib && cp lib/a.ts lib/c.ts')
    const removed = session.ran('rm -rf lib/sub')
    const files = reader.filesAt({ session: 1, seq: removed }, ['/p'])
    expect(textAt(session, moved, '/p/lib/sub/b.ts')).toBe('b\n')
    expect(files.map((file) => [file.path, file.version.content === null ? 'deleted' : 'present'])).toEqual([
      ['/p/lib/a.ts', 'present'],
      ['/p/lib/c.ts', 'present'],
      ['/p/lib/sub/b.ts', 'deleted'],
      ['/p/src/a.ts', 'deleted'],
      ['/p/src/sub/b.ts', 'deleted'],
    ])
  })

  test('a folder is removed with files of the same batch', () => {
    const event = { id: null, seq: 0, at: START, callId: 'c', isResult: true, isError: false }
    const run: FileOp = { op: 'run', command: 'rm -r src', cwd: '/p' }
    const output: FileOp = { op: 'output', stdout: '', isPartial: false, isRecorded: false }
    addEvent(1, 2, START)
    recorder.record({ key: 1, id: 's1' }, [
      { ...event, ops: [write('a\n', null, '/p/src/a.ts')] },
      { ...event, seq: 1, callId: 'd', isResult: false, ops: [run] },
      { ...event, seq: 2, callId: 'd', ops: [output] },
    ])
    expect(reader.filesAt({ session: 1, seq: 2 }, ['/p']).map((file) => [file.path, file.version.content])).toEqual([
      ['/p/src/a.ts', null],
    ])
  })

  test('sed, appending and here-documents change what is held', () => {
    const session = new TestSession(1)
    session.did([write('one two\n', null)])
    const seq = session.ran("sed -i 's/two/2/' a.ts && echo three >> a.ts && cat > b.ts <<'EOF'\nnew\nEOF")
    expect(textAt(session, seq)).toBe('one 2\nthree\n')
    expect(textAt(session, seq, '/p/b.ts')).toBe('new\n')
  })

  test('git checkout of a file brings back the content of the last commit', () => {
    const session = new TestSession(1)
    session.did([edit('origin\n', 'origin', 'one')])
    expect(textAt(session, session.ran('git checkout -- a.ts'))).toBe('origin\n')
    session.did([write('two\n')])
    session.ran('git add a.ts && git commit -m two')
    session.did([write('three\n')])
    const seq = session.ran('git restore a.ts')
    expect(textAt(session, seq)).toBe('two\n')
    expect(at(session, seq)).toMatchObject({ confidence: 'probable' })
  })

  test('after a command that could have touched the file it is only probable, after one that could not it stays exact', () => {
    const session = new TestSession(1)
    session.did([write('a\n', null)])
    expect(at(session, session.ran('gofmt -w .'))).toMatchObject({ confidence: 'exact' })
    expect(at(session, session.ran('git status && ls'))).toMatchObject({ confidence: 'exact' })
    expect(at(session, session.ran('npm test'))).toMatchObject({ confidence: 'probable' })
  })

  test('what the command says and the record tells too happens once', () => {
    const session = new TestSession(1)
    session.did([write('a\na\n', null)])
    const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+b'] }
    const seq = session.ran("sed -i '1s/a/b/' a.ts && echo new > b.ts", {
      isRecorded: true,
      also: [{ op: 'patch', path: FILE, hunks: [hunk], by: 'shell' }],
    })
    expect(textAt(session, seq)).toBe('b\na\n')
    expect(textAt(session, seq, '/p/b.ts')).toBe('new\n')
  })

  test('what the agent recorded of a command is exact', () => {
    const session = new TestSession(1)
    session.did([write('a\n', null)])
    const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+b'] }
    const seq = session.ran('python3 change.py', {
      isRecorded: true,
      also: [{ op: 'patch', path: FILE, hunks: [hunk], by: 'shell' }],
    })
    expect(textAt(session, seq)).toBe('b\n')
    expect(at(session, seq)).toMatchObject({ confidence: 'exact' })
  })
})

describe('what git diff shows', () => {
  const DIFF = [
    'diff --git a/sub/a.ts b/sub/a.ts',
    'index 1..2 100644',
    '--- a/sub/a.ts',
    '+++ b/sub/a.ts',
    '@@ -1,3 +1,3 @@ function',
    ' a',
    '-b',
    '+B',
    ' c',
  ].join('\n')
  const PATH = '/p/sub/a.ts'

  test('a text that fits stands as a whole, whatever ran before', () => {
    const session = new TestSession(1)
    session.did([write('a\nB\nc\nd\n', null, PATH)])
    const formatted = session.ran('npm run format')
    const shown = session.ran('git diff', { stdout: DIFF })
    expect(at(session, formatted, PATH)).toMatchObject({ confidence: 'probable' })
    expect(at(session, shown, PATH)).toMatchObject({ confidence: 'exact' })
  })

  test('a text that does not fit is made from the older one that the differences start from', () => {
    const session = new TestSession(1)
    session.did([edit('a\nb\nc\n', 'c', 'C', PATH)])
    const shown = session.ran('git -C sub diff -- a.ts', { stdout: DIFF })
    expect(textAt(session, shown, PATH)).toBe('a\nB\nc\n')
    expect(at(session, shown, PATH)).toMatchObject({ confidence: 'probable' })
  })

  test('differences between commits and cut outputs say nothing', () => {
    const session = new TestSession(1)
    session.did([write('x\n', null, PATH)])
    const commands = ['git diff main..HEAD', 'git diff --cached', 'git diff | head -20', 'git diff v1 v2']
    for (const command of commands) {
      expect(at(session, session.ran(command, { stdout: DIFF }), PATH)).toMatchObject({ confidence: 'exact', bytes: 2 })
    }
    const cut = session.ran('git diff', { stdout: DIFF.replace(' c', '... [cut]') })
    expect(at(session, cut, PATH)).toMatchObject({ confidence: 'exact', bytes: 2 })
  })
})

describe('deleted files', () => {
  test('tests and formatters do not bring them back, git and scripts may', () => {
    const session = new TestSession(1)
    session.did([write('a\n', null)])
    session.ran('rm a.ts')
    expect(at(session, session.ran('npm test && npm run format'))).toMatchObject({ confidence: 'exact', sha256: null })
    expect(at(session, session.ran('git checkout main'))).toMatchObject({ confidence: 'probable', sha256: null })
  })
})

describe('changes that nobody told', () => {
  test('a new layout is put right after the formatter, and the edit before it keeps its own text', () => {
    const session = new TestSession(1)
    const edited = session.did([write('a  =  1\n', null)])
    session.ran('npm test')
    const formatted = session.ran('npm run format')
    const later = session.ran('npm test')
    session.did([edit('a = 1\n', '1', '2')])
    expect(textAt(session, edited)).toBe('a  =  1\n')
    expect(textAt(session, formatted)).toBe('a = 1\n')
    expect(textAt(session, later)).toBe('a = 1\n')
    expect(at(session, later)?.version.by).toBe('shell')
    expect(at(session, later)).toMatchObject({ confidence: 'probable' })
  })

  test('a change by hand is put where it was noticed, as an outside change', () => {
    const session = new TestSession(1)
    const written = session.did([write('a\n', null)])
    const noticed = session.did([seen('b\n')])
    expect(textAt(session, written)).toBe('a\n')
    expect(at(session, noticed)?.version.by).toBe('outside')
    expect(at(session, noticed)).toMatchObject({ confidence: 'exact', isChanged: true })
  })

  test('a part that was seen changed is taken over, but not called exact', () => {
    const session = new TestSession(1)
    session.did([write('a\nb\nc\nd\n', null)])
    const seq = session.did([{ op: 'glimpse', path: FILE, text: 'X\nY', startLine: 2, totalLines: 5 }])
    expect(textAt(session, seq)).toBe('a\nX\nY\nd\n')
    expect(at(session, seq)).toMatchObject({ confidence: 'probable' })
  })

  test('a content that is seen again long after was exact in between', () => {
    const session = new TestSession(1)
    session.did([write('a\n', null)])
    const tested = session.ran('npm test')
    expect(at(session, tested)).toMatchObject({ confidence: 'probable' })
    session.did([seen('a\n')], { minute: 60 })
    expect(at(session, tested)).toMatchObject({ confidence: 'exact' })
  })
})

describe('several sessions', () => {
  test('an edit of another session before the moment counts, one after it does not', () => {
    const first = new TestSession(1, 0)
    const second = new TestSession(2, 100)
    first.did([write('one\n', null)])
    const seq = second.did([write('x', null, '/p/b.ts')])
    const last = new TestSession(3, 200)
    last.did([edit('one\n', 'one', 'three')])
    expect(textAt(second, seq)).toBe('one\n')
    expect(at(second, seq)).toMatchObject({ isChanged: false })
  })

  test('the order in which sessions are read changes nothing', () => {
    const steps: (() => void)[] = [
      () => new TestSession(1, 0).did([write('a  b\n', null)]),
      () => new TestSession(2, 10).ran('npm run format'),
      () => new TestSession(3, 20).did([blindEdit('a', 'A')]),
      () => new TestSession(4, 30).ran('mv a.ts b.ts'),
      () => new TestSession(5, 40).did([edit('A b\n', 'b', 'B', '/p/b.ts')]),
    ]
    const snapshots = [
      [0, 1, 2, 3, 4],
      [4, 3, 2, 1, 0],
      [2, 4, 0, 3, 1],
    ].map((order) => {
      databases.close()
      databases = createTemporaryDatabases()
      recorder = createRecorder()
      reader = new CodeReader(databases.index)
      for (const index of order) steps[index]?.()
      return databases.index
        .prepare(
          `SELECT path, at, session_key, seq, n, hex(sha256), by, doubted_at, exact_at FROM code_versions v
           JOIN code_files f ON f.id = v.file_id LEFT JOIN code_contents c ON c.id = v.content_id
           ORDER BY path, at, session_key, seq, n`,
        )
        .all()
    })
    expect(snapshots[1]).toEqual(snapshots[0])
    expect(snapshots[2]).toEqual(snapshots[0])
    expect(reader.textAt({ session: 5, seq: 1 }, '/p/b.ts')).toBe('A B\n')
  })

  test('files that are heard of after their folder went away or elsewhere went with it', () => {
    new TestSession(3, 60).ran('rm -rf old && mv src lib && rm -rf node_modules')
    const late = new TestSession(1, 0)
    late.did([write('a\n', null, '/p/old/a.ts')])
    const before = late.did([write('b\n', null, '/p/src/deep/b.ts')])
    const files = reader.filesAt({ session: 3, seq: 1 }, ['/p'])
    expect(textAt(late, before, '/p/src/deep/b.ts')).toBe('b\n')
    expect(reader.textAt({ session: 3, seq: 1 }, '/p/lib/deep/b.ts')).toBe('b\n')
    expect(files.map((file) => [file.path, file.version.content === null])).toEqual([
      ['/p/lib/deep/b.ts', false],
      ['/p/old/a.ts', true],
      ['/p/src/deep/b.ts', true],
    ])
  })

  test('a fork that repeats calls changes nothing', () => {
    const first = new TestSession(1, 0)
    first.did([write('one\n', null)], { call: 'shared' })
    const changed = first.did([edit('one\n', 'one', 'two')])
    const fork = new TestSession(2, 0)
    fork.did([write('one\n', null)], { call: 'shared', minute: 90 })
    expect(textAt(first, changed)).toBe('two\n')
    expect(reader.textAt({ session: 2, seq: 1 }, FILE)).toBe('two\n')
  })

  test('other work trees below the project are left out unless the session touched them', () => {
    const first = new TestSession(1, 0)
    first.did([write('one\n', null)])
    first.did([write('own\n', null, '/p/.worktrees/1/a.ts')])
    new TestSession(2, 10).did([write('other\n', null, '/p/.worktrees/2/a.ts')])
    const third = new TestSession(3, 20)
    const seq = third.did([write('c', null, '/elsewhere/c.ts')])
    const paths = (session: number) => reader.filesAt({ session, seq }, ['/p']).map((file) => file.path)
    expect(paths(3)).toEqual(['/elsewhere/c.ts', '/p/a.ts'])
    first.did([seen('one\n')])
    expect(reader.filesAt({ session: 1, seq: 5 }, ['/p']).map((file) => file.path)).toEqual([
      '/p/.worktrees/1/a.ts',
      '/p/a.ts',
    ])
  })
})

describe('the store', () => {
  test('a rolled back transaction leaves nothing behind, also in memory', () => {
    const session = new TestSession(1)
    session.did([write('one\n', null)])
    const failing = databases.index.transaction(() => {
      recorder.record({ key: 9, id: 's9' }, [
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
    recorder.forget()
    const seq = session.did([write('lost\n', null, '/p/lost.ts')])
    expect(textAt(session, seq, '/p/lost.ts')).toBe('lost\n')
    expect(new CodeReader(databases.index).textAt({ session: 1, seq }, '/p/lost.ts')).toBe('lost\n')
  })

  test('many versions of a large file cost little and come back byte for byte', () => {
    const session = new TestSession(1)
    const lines = Array.from({ length: 3000 }, (_, n) => `line ${n} with ünïcode ${n * 7919}\n`)
    let text = lines.join('')
    session.did([write(text, null)])
    for (let n = 0; n < 40; n += 1) {
      const next = text.replace(`line ${n * 70} `, `changed ${n} 🚀 `)
      session.did([{ op: 'write', path: FILE, after: next, before: text, by: 'edit' }])
      text = next
    }
    const { size } = databases.index.prepare('SELECT sum(length(body)) AS size FROM code_contents').get() as {
      size: number
    }
    expect(textAt(session, 81)).toBe(text)
    expect(new CodeReader(databases.index).textAt({ session: 1, seq: 81 }, FILE)).toBe(text)
    expect(size).toBeLessThan(Buffer.byteLength(text) * 2)
  })
})
