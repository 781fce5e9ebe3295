import { describe, expect, test } from 'vitest'
import { bookkeepingFileOps, callFileOps, numberedParts, resultFileOps } from './file-ops.ts'

const CWD = '/w/app'

function result(toolUseResult: unknown): ReturnType<typeof resultFileOps> {
  return resultFileOps({ type: 'user', cwd: CWD, toolUseResult })
}

describe('results', () => {
  test('a new file had nothing before, a rewritten one what the record says', () => {
    const base = { filePath: '/w/app/a.ts', content: 'new', structuredPatch: [] }
    expect(result({ ...base, type: 'create', originalFile: null })).toEqual([
      { op: 'write', path: '/w/app/a.ts', after: 'new', before: null, by: 'write' },
    ])
    expect(result({ ...base, type: 'update', originalFile: 'old' })).toEqual([
      { op: 'write', path: '/w/app/a.ts', after: 'new', before: 'old', by: 'write' },
    ])
    // Newer versions leave a large original out: then it is not known.
    expect(result({ ...base, type: 'update', originalFile: null })).toEqual([
      { op: 'write', path: '/w/app/a.ts', after: 'new', by: 'write' },
    ])
  })

  test('an edit is its strings on the recorded original', () => {
    const hunk = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+b'] }
    const edit = {
      filePath: 'src/a.ts',
      oldString: 'a',
      newString: 'b',
      originalFile: 'a',
      structuredPatch: [hunk],
      userModified: false,
      replaceAll: true,
    }
    const told = { op: 'patch', path: '/w/app/src/a.ts', before: 'a', hunks: [hunk], by: 'edit' }
    expect(result(edit)).toEqual([{ ...told, replace: [{ old: 'a', new: 'b', all: true }] }])
    // What a person changed before accepting stands in the hunks only.
    expect(result({ ...edit, userModified: true })).toEqual([told])
  })

  test('an edit of nothing makes a file', () => {
    const edit = { filePath: '/w/app/a', oldString: '', newString: 'x', originalFile: null, structuredPatch: [] }
    expect(result(edit)).toEqual([{ op: 'write', path: '/w/app/a', after: 'x', before: null, by: 'edit' }])
  })

  test('several edits in one call stay in order', () => {
    const edits = [
      { old_string: 'a', new_string: 'b' },
      { old_string: 'c', new_string: 'd', replace_all: true },
    ]
    expect(result({ filePath: '/w/app/a', edits, originalFile: 'a c', structuredPatch: [] })).toEqual([
      {
        op: 'patch',
        path: '/w/app/a',
        before: 'a c',
        hunks: [],
        by: 'edit',
        replace: [
          { old: 'a', new: 'b', all: false },
          { old: 'c', new: 'd', all: true },
        ],
      },
    ])
  })

  test('a read of all lines shows the whole file, any other a part', () => {
    const file = { filePath: '/w/app/a', content: 'x\ny\n', startLine: 1, numLines: 3, totalLines: 3 }
    expect(result({ type: 'text', file })).toEqual([{ op: 'observe', path: '/w/app/a', content: 'x\ny\n', by: 'read' }])
    expect(result({ type: 'text', file: { ...file, totalLines: 9 } })).toEqual([
      { op: 'glimpse', path: '/w/app/a', text: 'x\ny\n', startLine: 1, totalLines: 9 },
    ])
    // A text that was shortened afterwards no longer has the lines that it claims.
    expect(result({ type: 'text', file: { ...file, content: '<elided>' } })).toEqual([])
    expect(result({ type: 'file_unchanged', file: { filePath: '/w/app/a' } })).toEqual([
      { op: 'unchanged', path: '/w/app/a' },
    ])
    expect(result({ type: 'image', file: { base64: '' } })).toEqual([])
  })

  test('a notebook edit is whole before and after', () => {
    const edit = { notebook_path: '/w/app/n.ipynb', original_file: '{}', updated_file: '{"cells":[]}', error: '' }
    expect(result(edit)).toEqual([
      { op: 'write', path: '/w/app/n.ipynb', before: '{}', after: '{"cells":[]}', by: 'edit' },
    ])
    expect(result({ ...edit, error: 'no such cell' })).toEqual([])
  })

  test('what a command changed is told where the record lists it', () => {
    const hunk = { oldStart: 0, oldLines: 0, newStart: 1, newLines: 2, lines: ['+a', '+b'] }
    const change = { oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ['-a', '+b'] }
    const bashEditDiff = {
      files: [
        { filePath: '/w/app/new.txt', hunks: [hunk], created: true },
        { filePath: '/w/app/gone.txt', hunks: [], deleted: true },
        { filePath: '/w/app/a.ts', hunks: [change] },
      ],
      moreFiles: 1,
      changedFiles: ['/w/app/new.txt', '/w/app/gone.txt', '/w/app/a.ts', '/w/app/big.txt'],
    }
    expect(result({ stdout: 'ok', stderr: '', interrupted: false, bashEditDiff })).toEqual([
      { op: 'output', stdout: 'ok', isPartial: false, isRecorded: true },
      { op: 'write', path: '/w/app/new.txt', after: 'a\nb\n', before: null, by: 'shell' },
      { op: 'delete', path: '/w/app/gone.txt', by: 'shell' },
      { op: 'patch', path: '/w/app/a.ts', hunks: [change], by: 'shell' },
      { op: 'opaque', command: '', touches: ['/w/app/big.txt'] },
    ])
  })

  test('output that was cut or goes on is no whole output', () => {
    const output = { stdout: 'x', interrupted: false }
    expect(result(output)).toMatchObject([{ isPartial: false }])
    for (const more of [
      { interrupted: true },
      { backgroundTaskId: 'b1' },
      { persistedOutputPath: '/x' },
      { isImage: true },
    ]) {
      expect(result({ ...output, ...more })).toMatchObject([{ isPartial: true }])
    }
  })

  test('errors, arrays and rubbish tell nothing', () => {
    for (const rubbish of [
      'Error: no',
      [{ type: 'text' }],
      null,
      3,
      { file: 'x' },
      { filePath: 7 },
      { filePath: '/a' },
    ]) {
      expect(result(rubbish)).toEqual([])
    }
    expect(resultFileOps({})).toEqual([])
  })
})

describe('calls', () => {
  test('a command is kept with its folder', () => {
    expect(callFileOps('Bash', { command: 'ls' }, CWD)).toEqual([{ op: 'run', command: 'ls', cwd: CWD }])
  })

  test('writing and editing say what they want', () => {
    expect(callFileOps('Write', { file_path: 'a', content: 'x' }, CWD)).toEqual([
      { op: 'write', path: '/w/app/a', after: 'x', by: 'write' },
    ])
    expect(callFileOps('Edit', { file_path: '/b', old_string: 'x', new_string: 'y' }, CWD)).toEqual([
      { op: 'patch', path: '/b', hunks: [], replace: [{ old: 'x', new: 'y', all: false }], by: 'edit' },
    ])
    expect(callFileOps('NotebookEdit', { notebook_path: '/n.ipynb', new_source: '' }, CWD)).toEqual([
      { op: 'opaque', command: 'NotebookEdit', touches: ['/n.ipynb'] },
    ])
  })

  test('other tools and wrong input say nothing', () => {
    expect(callFileOps('Read', { file_path: '/a' }, CWD)).toEqual([])
    for (const input of [null, 'x', {}, { file_path: 3 }, { command: ['x'] }]) {
      for (const name of ['Bash', 'Write', 'Edit', 'MultiEdit', 'NotebookEdit']) {
        expect(callFileOps(name, input, CWD)).toEqual([])
      }
    }
  })
})

describe('records between', () => {
  const SESSION = '/home/u/.claude/projects/-w-app/5f0e.jsonl'
  const backup = {
    backupFileName: 'abc@v2',
    version: 2,
    backupTime: '2026-01-01T00:00:00.000Z',
    realParentDir: '/w/app/src',
  }

  test('snapshots and deltas name backups beside the session', () => {
    const told = {
      op: 'backup',
      path: '/w/app/src/a.ts',
      companion: '/home/u/.claude/file-history/5f0e/abc@v2',
      at: Date.UTC(2026, 0, 1),
    }
    const snapshot = { trackedFileBackups: { 'src/a.ts': backup } }
    expect(bookkeepingFileOps({ type: 'file-history-snapshot', snapshot }, SESSION)).toEqual([told])
    const delta = { type: 'file-history-delta', trackingPath: '/w/app/src/a.ts', backup }
    expect(bookkeepingFileOps(delta, SESSION)).toEqual([told])
    expect(bookkeepingFileOps(delta)).toEqual([])
    expect(bookkeepingFileOps({ ...delta, backup: { ...backup, backupFileName: null } }, SESSION)).toEqual([
      { ...told, companion: null },
    ])
  })

  test('a backup whose folder is not known cannot be placed', () => {
    const snapshot = { trackedFileBackups: { 'a.ts': { backupFileName: 'x@v1', version: 1, backupTime: 'never' } } }
    expect(bookkeepingFileOps({ type: 'file-history-snapshot', snapshot }, SESSION)).toEqual([])
  })

  test('a note on a file that changed brings its parts', () => {
    const attachment = { type: 'edited_text_file', filename: '/w/app/a.ts', snippet: '    3→x\n    4→y\n    9→z' }
    expect(bookkeepingFileOps({ type: 'attachment', cwd: CWD, attachment })).toEqual([
      {
        op: 'touched',
        path: '/w/app/a.ts',
        snippets: [
          { line: 3, text: 'x\ny' },
          { line: 9, text: 'z' },
        ],
      },
    ])
  })

  test('older versions tell sub-agents’ calls inside the main file', () => {
    const progress = (message: unknown) => ({ type: 'progress', cwd: CWD, data: { type: 'agent_progress', message } })
    const call = { type: 'tool_use', id: 'toolu_1', name: 'Write', input: { file_path: '/w/app/n', content: 'x' } }
    expect(bookkeepingFileOps(progress({ type: 'assistant', message: { content: [call] } }))).toEqual([
      { op: 'called', call: 'toolu_1', ops: [{ op: 'write', path: '/w/app/n', after: 'x', by: 'write' }] },
    ])
    const answer = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'done', is_error: false }
    expect(bookkeepingFileOps(progress({ type: 'user', message: { content: [answer] } }))).toEqual([
      {
        op: 'returned',
        call: 'toolu_1',
        isError: false,
        ops: [{ op: 'output', stdout: 'done', isPartial: false, isRecorded: false }],
      },
    ])
  })

  test('anything else tells nothing', () => {
    const records = [
      {},
      { type: 'summary' },
      { type: 'progress', data: {} },
      { type: 'file-history-snapshot', snapshot: 3 },
    ]
    for (const record of records) expect(bookkeepingFileOps(record, SESSION)).toEqual([])
  })

  test('numbered lines are read with tabs too, and without numbers not at all', () => {
    expect(numberedParts('     1\ta\n     2\t\n')).toEqual([{ line: 1, text: 'a\n' }])
    expect(numberedParts('plain')).toEqual([])
  })
})
