import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileOp } from '../../server/code-state/file-op.ts'
import { CodeWorld, edit, FILE, seen, START, write } from './code-testing.ts'

let world: CodeWorld

beforeEach(() => {
  world = new CodeWorld()
})

afterEach(() => {
  world.close()
})

describe('commands', () => {
  test('rm, mv and cp of files and folders', () => {
    const session = world.session(1)
    session.did([write('a\n', null, '/p/src/a.ts')])
    session.did([write('b\n', null, '/p/src/sub/b.ts')])
    const moved = session.ran('mv src lib && cp lib/a.ts lib/c.ts')
    const removed = session.ran('rm -rf lib/sub')
    const files = world.reader.filesAt({ session: 1, seq: removed }, ['/p'])
    expect(session.textAt(moved, '/p/lib/sub/b.ts')).toBe('b\n')
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
    world.addEvent(1, 2, START)
    world.recorder.record({ key: 1, id: 's1' }, [
      { ...event, ops: [write('a\n', null, '/p/src/a.ts')] },
      { ...event, seq: 1, callId: 'd', isResult: false, ops: [run] },
      { ...event, seq: 2, callId: 'd', ops: [output] },
    ])
    expect(
      world.reader.filesAt({ session: 1, seq: 2 }, ['/p']).map((file) => [file.path, file.version.content]),
    ).toEqual([['/p/src/a.ts', null]])
  })

  test('sed, appending and here-documents change what is held', () => {
    const session = world.session(1)
    session.did([write('one two\n', null)])
    const seq = session.ran("sed -i 's/two/2/' a.ts && echo three >> a.ts && cat > b.ts <<'EOF'\nnew\nEOF")
    expect(session.textAt(seq)).toBe('one 2\nthree\n')
    expect(session.textAt(seq, '/p/b.ts')).toBe('new\n')
  })

  test('git checkout of a file brings back the content of the last commit', () => {
    const session = world.session(1)
    session.did([edit('origin\n', 'origin', 'one')])
    expect(session.textAt(session.ran('git checkout -- a.ts'))).toBe('origin\n')
    session.did([write('two\n')])
    session.ran('git add a.ts && git commit -m two')
    session.did([write('three\n')])
    const seq = session.ran('git restore a.ts')
    expect(session.textAt(seq)).toBe('two\n')
    expect(session.at(seq)).toMatchObject({ confidence: 'probable' })
  })

  test('after a command that could have touched the file it is only probable, after one that could not it stays exact', () => {
    const session = world.session(1)
    session.did([write('a\n', null)])
    expect(session.at(session.ran('gofmt -w .'))).toMatchObject({ confidence: 'exact' })
    expect(session.at(session.ran('git status && ls'))).toMatchObject({ confidence: 'exact' })
    expect(session.at(session.ran('npm test'))).toMatchObject({ confidence: 'probable' })
  })

  test('what the command says and the record tells too happens once', () => {
    const session = world.session(1)
    session.did([write('a\na\n', null)])
    const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+b'] }
    const seq = session.ran("sed -i '1s/a/b/' a.ts && echo new > b.ts", {
      isRecorded: true,
      also: [{ op: 'patch', path: FILE, hunks: [hunk], by: 'shell' }],
    })
    expect(session.textAt(seq)).toBe('b\na\n')
    expect(session.textAt(seq, '/p/b.ts')).toBe('new\n')
  })

  test('what the agent recorded of a command is exact', () => {
    const session = world.session(1)
    session.did([write('a\n', null)])
    const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+b'] }
    const seq = session.ran('python3 change.py', {
      isRecorded: true,
      also: [{ op: 'patch', path: FILE, hunks: [hunk], by: 'shell' }],
    })
    expect(session.textAt(seq)).toBe('b\n')
    expect(session.at(seq)).toMatchObject({ confidence: 'exact' })
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
    const session = world.session(1)
    session.did([write('a\nB\nc\nd\n', null, PATH)])
    const formatted = session.ran('npm run format')
    const shown = session.ran('git diff', { stdout: DIFF })
    expect(session.at(formatted, PATH)).toMatchObject({ confidence: 'probable' })
    expect(session.at(shown, PATH)).toMatchObject({ confidence: 'exact' })
  })

  test('a text that does not fit is made from the older one that the differences start from', () => {
    const session = world.session(1)
    session.did([edit('a\nb\nc\n', 'c', 'C', PATH)])
    const shown = session.ran('git -C sub diff -- a.ts', { stdout: DIFF })
    expect(session.textAt(shown, PATH)).toBe('a\nB\nc\n')
    expect(session.at(shown, PATH)).toMatchObject({ confidence: 'probable' })
  })

  test('differences between commits and cut outputs say nothing', () => {
    const session = world.session(1)
    session.did([write('x\n', null, PATH)])
    const commands = ['git diff main..HEAD', 'git diff --cached', 'git diff | head -20', 'git diff v1 v2']
    for (const command of commands) {
      expect(session.at(session.ran(command, { stdout: DIFF }), PATH)).toMatchObject({ confidence: 'exact', bytes: 2 })
    }
    const cut = session.ran('git diff', { stdout: DIFF.replace(' c', '... [cut]') })
    expect(session.at(cut, PATH)).toMatchObject({ confidence: 'exact', bytes: 2 })
  })
})

describe('deleted files', () => {
  test('tests and formatters do not bring them back, git and scripts may', () => {
    const session = world.session(1)
    session.did([write('a\n', null)])
    session.ran('rm a.ts')
    expect(session.at(session.ran('npm test && npm run format'))).toMatchObject({ confidence: 'exact', sha256: null })
    expect(session.at(session.ran('git checkout main'))).toMatchObject({ confidence: 'probable', sha256: null })
  })
})

describe('changes that nobody told', () => {
  test('a new layout is put right after the formatter, and the edit before it keeps its own text', () => {
    const session = world.session(1)
    const edited = session.did([write('a  =  1\n', null)])
    session.ran('npm test')
    const formatted = session.ran('npm run format')
    const later = session.ran('npm test')
    session.did([edit('a = 1\n', '1', '2')])
    expect(session.textAt(edited)).toBe('a  =  1\n')
    expect(session.textAt(formatted)).toBe('a = 1\n')
    expect(session.textAt(later)).toBe('a = 1\n')
    expect(session.at(later)?.version.by).toBe('shell')
    expect(session.at(later)).toMatchObject({ confidence: 'probable' })
  })

  test('a change by hand is put where it was noticed, as an outside change', () => {
    const session = world.session(1)
    const written = session.did([write('a\n', null)])
    const noticed = session.did([seen('b\n')])
    expect(session.textAt(written)).toBe('a\n')
    expect(session.at(noticed)?.version.by).toBe('outside')
    expect(session.at(noticed)).toMatchObject({ confidence: 'exact', isChanged: true })
  })

  test('a part that was seen changed is taken over, but not called exact', () => {
    const session = world.session(1)
    session.did([write('a\nb\nc\nd\n', null)])
    const seq = session.did([{ op: 'glimpse', path: FILE, text: 'X\nY', startLine: 2, totalLines: 5 }])
    expect(session.textAt(seq)).toBe('a\nX\nY\nd\n')
    expect(session.at(seq)).toMatchObject({ confidence: 'probable' })
  })

  test('a content that is seen again long after was exact in between', () => {
    const session = world.session(1)
    session.did([write('a\n', null)])
    const tested = session.ran('npm test')
    expect(session.at(tested)).toMatchObject({ confidence: 'probable' })
    session.did([seen('a\n')], { minute: 60 })
    expect(session.at(tested)).toMatchObject({ confidence: 'exact' })
  })
})
