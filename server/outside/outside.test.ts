import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { FileWrite } from './plan.ts'
import { createOutsideBench, type OutsideBench } from './testing.ts'

let bench: OutsideBench

beforeEach(() => {
  bench = createOutsideBench()
})

/** Run before the folder is removed. */
const cleanups: (() => void)[] = []

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
  bench.close()
})

function write(name: string, text: string | null, more: Partial<FileWrite> = {}): FileWrite {
  return {
    path: bench.at(name),
    root: bench.root,
    content: text === null ? null : { bytes: Buffer.from(text) },
    ...more,
  }
}

function apply(writes: FileWrite[], more: { skipRefused?: boolean } = {}) {
  return bench.outside.apply({ kind: 'restore', title: 'Test', writes, ...more })
}

function text(name: string): string {
  return readFileSync(bench.at(name), 'utf8')
}

/** Everything below the root, so that a forgotten file is seen. */
function everything(): string[] {
  return readdirSync(bench.root, { recursive: true, encoding: 'utf8' }).sort()
}

describe('a plan', () => {
  test('says what would happen to each file, and changes nothing', async () => {
    writeFileSync(bench.at('same'), 'same\n')
    writeFileSync(bench.at('other'), 'one\ntwo\n')
    writeFileSync(bench.at('old'), 'old\n')

    const files = await bench.outside.plan([
      write('new', 'new\n'),
      write('same', 'same\n'),
      write('other', 'one\n2\n'),
      write('old', null),
      write('never', null),
    ])

    expect(files.map(({ action, bytesBefore, bytesAfter }) => [action, bytesBefore, bytesAfter])).toEqual([
      ['create', null, 4],
      ['unchanged', 5, 5],
      ['replace', 8, 6],
      ['delete', 4, null],
      ['unchanged', null, null],
    ])
    expect(files[2]?.patch).toContain('@@ -1,2 +1,2 @@\n one\n-two\n+2\n')
    expect(files.map(({ patch }) => patch === null)).toEqual([true, true, false, true, true])
    expect(everything()).toEqual(['old', 'other', 'same'])
  })

  test('shows the end of a large file with the right line numbers', async () => {
    const line = `${'x'.repeat(99)}\n`
    writeFileSync(bench.at('large'), line.repeat(30_000))
    const [file] = await bench.outside.plan([write('large', `${line.repeat(30_000)}one more\n`)])
    expect(file?.patch).toContain('@@ -29998,3 +29998,4 @@')
    expect(file?.patch?.endsWith('+one more\n')).toBe(true)
  })

  test('shows no difference of bytes that are no text, and none that is too large', async () => {
    writeFileSync(bench.at('binary'), Buffer.from([1, 0, 2]))
    writeFileSync(bench.at('latin'), Buffer.from([0x65, 0xe9]))
    writeFileSync(bench.at('wide'), 'a'.repeat(300_000))
    const files = await bench.outside.plan([write('binary', 'x'), write('latin', 'x'), write('wide', 'b')])
    expect(files.map(({ action, patch }) => [action, patch])).toEqual([
      ['replace', null],
      ['replace', null],
      ['replace', null],
    ])
  })

  test('refuses what lies outside, behind links, in the place of a folder, and in our own data', async () => {
    mkdirSync(bench.at('folder'))
    mkdirSync(bench.at('inner'))
    writeFileSync(bench.at('plain'), 'x')
    symlinkSync(bench.at('plain'), bench.at('link'))
    symlinkSync('/etc', bench.at('etc'))
    symlinkSync(bench.at('nowhere'), bench.at('dangling'))
    symlinkSync(bench.at('inner'), bench.at('inward'))
    execFileSync('mkfifo', [bench.at('pipe')])

    const refused = async (name: string, more: Partial<FileWrite> = {}) => {
      const [file] = await bench.outside.plan([write(name, 'x', more)])
      return [file?.action, file?.reason]
    }
    expect(await refused('../beside')).toEqual(['refused', expect.stringContaining('outside of')])
    expect(await refused('x', { path: 'relative/x' })).toEqual(['refused', expect.stringContaining('whole path')])
    expect(await refused('folder')).toEqual(['refused', 'It is a folder, not a file.'])
    expect(await refused('link')).toEqual(['refused', expect.stringContaining('symbolic link')])
    expect(await refused('etc/passwd')).toEqual(['refused', expect.stringContaining('leads out of')])
    expect(await refused('dangling/x')).toEqual(['refused', expect.stringContaining('leads nowhere')])
    expect(await refused('plain/x')).toEqual(['refused', expect.stringContaining('is a file, where a folder')])
    expect(await refused('pipe')).toEqual(['refused', expect.stringContaining('not a file')])
    expect(await refused('x', { path: `${bench.dataDir}/vault.db`, root: '/' })).toEqual([
      'refused',
      expect.stringContaining('own data'),
    ])
    expect(await refused('held', { heldBy: 'Claude Code runs it.' })).toEqual(['refused', 'Claude Code runs it.'])
    expect((await bench.outside.plan([write('inward/x', 'x')]))[0]?.action).toBe('create')
  })

  test('refuses the second of two files for one place', async () => {
    mkdirSync(bench.at('a'))
    symlinkSync(bench.at('a'), bench.at('b'))
    const files = await bench.outside.plan([write('a/x', '1'), write('b/x', '2')])
    expect(files.map(({ action }) => action)).toEqual(['create', 'refused'])
  })
})

describe('writing', () => {
  test('creates, replaces and deletes, keeps mode and time, and leaves the rest alone', async () => {
    writeFileSync(bench.at('replaced'), 'before', { mode: 0o640 })
    writeFileSync(bench.at('deleted'), 'gone soon')
    writeFileSync(bench.at('same'), 'same')
    utimesSync(bench.at('same'), 1000, 1000)
    const inode = statSync(bench.at('same')).ino

    const outcome = await apply([
      write('a/b/new', 'new', { mode: 0o600, mtimeMs: 1_700_000_000_000 }),
      write('replaced', 'after'),
      write('deleted', null),
      write('same', 'same'),
    ])

    expect(outcome).toMatchObject({ applied: true, changeId: 1 })
    expect(everything()).toEqual(['a', 'a/b', 'a/b/new', 'replaced', 'same'])
    expect([text('a/b/new'), text('replaced'), text('same')]).toEqual(['new', 'after', 'same'])
    expect(statSync(bench.at('a/b/new')).mode & 0o777).toBe(0o600)
    expect(statSync(bench.at('a/b')).mode & 0o777).toBe(0o700)
    expect(statSync(bench.at('a/b/new')).mtimeMs).toBe(1_700_000_000_000)
    expect(statSync(bench.at('replaced')).mode & 0o777).toBe(0o640)
    expect([statSync(bench.at('same')).ino, statSync(bench.at('same')).mtimeMs]).toEqual([inode, 1_000_000])
  })

  test('changes nothing at all when one file is refused, and the others when that is wished', async () => {
    mkdirSync(bench.at('folder'))
    const writes = [write('good', 'x'), write('folder', 'x')]

    expect(await apply(writes)).toMatchObject({ applied: false, changeId: null })
    expect(everything()).toEqual(['folder'])

    const outcome = await apply(writes, { skipRefused: true })
    expect(outcome.files.map(({ action }) => action)).toEqual(['create', 'refused'])
    expect(outcome.applied).toBe(true)
    expect(text('good')).toBe('x')
  })

  test('notes no change when all files are as they should be', async () => {
    writeFileSync(bench.at('same'), 'same')
    expect(await apply([write('same', 'same')])).toMatchObject({ applied: true, changeId: null })
    expect((await bench.outside.list({ limit: 10 })).items).toEqual([])
  })

  test('refuses a file that is not as it was when the plan was shown', async () => {
    writeFileSync(bench.at('a'), 'one\n')
    const writes = [write('a', 'two\n'), write('b', 'new')]
    const expected = await bench.outside.plan(writes)
    writeFileSync(bench.at('a'), 'uno\n')

    const outcome = await bench.outside.apply({ kind: 'code', title: 'Test', writes, expect: expected })

    expect(outcome.applied).toBe(false)
    expect(outcome.files[0]?.reason).toContain('since the plan was shown')
    expect(text('a')).toBe('uno\n')
    expect(everything()).toEqual(['a'])
  })

  test('a file that changes while its copy is kept is left alone, and so are the others', async () => {
    const { outside, ...own } = createOutsideBench({
      keepCopy: (path) => {
        appendFileSync(path, ' and grows')
        return Promise.resolve({ generationId: 1, length: 3 })
      },
    })
    onTestFinished(own.close)
    writeFileSync(own.at('growing'), 'one')

    const writes = [
      { path: own.at('new'), root: own.root, content: { bytes: Buffer.from('new') } },
      { path: own.at('growing'), root: own.root, content: { bytes: Buffer.from('two') } },
    ]
    const outcome = await outside.apply({ kind: 'restore', title: 'Test', writes })

    expect(outcome).toMatchObject({ applied: false, changeId: null })
    expect(outcome.files[1]?.reason).toContain('changed just now')
    expect(readdirSync(own.root)).toEqual(['growing'])
    expect(readFileSync(own.at('growing'), 'utf8')).toBe('one and grows')
    expect(own.store.unfinished()).toEqual([])
  })

  test('does not replace what the vault could not keep', async () => {
    const { outside, ...own } = createOutsideBench({ keepCopy: () => Promise.reject(new Error('the disk is full.')) })
    onTestFinished(own.close)
    writeFileSync(own.at('a'), 'one')
    const write = { path: own.at('a'), root: own.root, content: { bytes: Buffer.from('two') } }
    const outcome = await outside.apply({ kind: 'restore', title: 'Test', writes: [write] })
    expect(outcome.files[0]).toMatchObject({
      action: 'refused',
      reason: 'What it holds now could not be kept first: the disk is full.',
    })
    expect(readFileSync(own.at('a'), 'utf8')).toBe('one')
  })
})

describe('undo', () => {
  test('puts back bytes, mode and time, removes what was made, and says so in the list', async () => {
    writeFileSync(bench.at('replaced'), 'before', { mode: 0o640 })
    utimesSync(bench.at('replaced'), 5000, 5000)
    writeFileSync(bench.at('deleted'), 'gone soon', { mode: 0o755 })
    const writes = [write('a/b/new', 'new'), write('replaced', 'after', { mode: 0o600 }), write('deleted', null)]
    const { changeId } = await apply(writes)

    const plan = await bench.outside.undo(changeId ?? 0, { dryRun: true })
    expect(plan.files.map(({ action }) => action)).toEqual(['delete', 'replace', 'create'])
    expect(text('replaced')).toBe('after')

    const undone = await bench.outside.undo(changeId ?? 0, { dryRun: false })
    expect(undone.applied).toBe(true)
    expect(everything()).toEqual(['deleted', 'replaced'])
    expect([text('replaced'), text('deleted')]).toEqual(['before', 'gone soon'])
    expect(statSync(bench.at('replaced')).mode & 0o777).toBe(0o640)
    expect(statSync(bench.at('replaced')).mtimeMs).toBe(5_000_000)
    expect(statSync(bench.at('deleted')).mode & 0o777).toBe(0o755)

    expect((await bench.outside.list({ limit: 10 })).items).toMatchObject([
      { id: changeId, kind: 'restore', title: 'Test', state: 'undone' },
    ])
    await expect(bench.outside.undo(changeId ?? 0, { dryRun: false })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('leaves alone what was changed since, and puts back the others when that is wished', async () => {
    writeFileSync(bench.at('a'), 'a before')
    writeFileSync(bench.at('b'), 'b before')
    const { changeId } = await apply([write('a', 'a after'), write('b', 'b after')])
    appendFileSync(bench.at('b'), ' and more')

    const listed = (await bench.outside.list({ limit: 10 })).items[0]
    expect(listed?.files.map(({ canUndo }) => canUndo)).toEqual([true, false])
    const refused = await bench.outside.undo(changeId ?? 0, { dryRun: false })
    expect(refused.applied).toBe(false)
    expect(refused.files[1]).toMatchObject({
      action: 'refused',
      reason: expect.stringContaining('changed since') as string,
    })
    expect([text('a'), text('b')]).toEqual(['a after', 'b after and more'])

    await bench.outside.undo(changeId ?? 0, { dryRun: false, skipRefused: true })
    expect([text('a'), text('b')]).toEqual(['a before', 'b after and more'])
    expect((await bench.outside.list({ limit: 10 })).items[0]?.state).toBe('done')

    writeFileSync(bench.at('b'), 'b after')
    await bench.outside.undo(changeId ?? 0, { dryRun: false })
    expect(text('b')).toBe('b before')
    expect((await bench.outside.list({ limit: 10 })).items[0]?.state).toBe('undone')
  })

  test('a file that was only touched can be put back', async () => {
    writeFileSync(bench.at('a'), 'before')
    const { changeId } = await apply([write('a', 'after')])
    chmodSync(bench.at('a'), 0o600)
    utimesSync(bench.at('a'), 1, 1)
    expect((await bench.outside.list({ limit: 10 })).items[0]?.files[0]?.canUndo).toBe(true)
    await bench.outside.undo(changeId ?? 0, { dryRun: false })
    expect(text('a')).toBe('before')
  })

  test('a folder that something else was put into stays', async () => {
    const { changeId } = await apply([write('made/new', 'new')])
    writeFileSync(bench.at('made/theirs'), 'theirs')
    await bench.outside.undo(changeId ?? 0, { dryRun: false })
    expect(everything()).toEqual(['made', 'made/theirs'])
  })

  test('changes are listed in pages, newest first', async () => {
    for (const name of ['1', '2', '3']) await apply([write(name, name)])
    const first = await bench.outside.list({ limit: 2 })
    const second = await bench.outside.list({ limit: 2, cursor: first.nextCursor ?? '' })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([3, 2, 1])
    expect(second.nextCursor).toBeNull()
  })
})

const canMount = process.platform === 'linux' && process.getuid?.() === 0

/** A disk of its own below the root, for one test; false where that is not permitted. */
function mountDisk(name: string, options: string): boolean {
  mkdirSync(bench.at(name))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', bench.at(name)], { stdio: 'pipe' })
  } catch {
    return false
  }
  cleanups.push(() => void execFileSync('umount', [bench.at(name)]))
  return true
}

describe('a disk', () => {
  test('that can only be read refuses everything, in the plan and by itself, and nothing is changed', async (context) => {
    if (!canMount || !mountDisk('disk', 'size=1m')) return context.skip('needs root on Linux, to mount a small disk')
    writeFileSync(bench.at('disk/a'), 'one')
    execFileSync('mount', ['-o', 'remount,ro', bench.at('disk')])

    const outcome = await apply([write('beside', 'x'), write('disk/a', 'two'), write('disk/sub/b', 'new')])

    expect(outcome.applied).toBe(false)
    expect(outcome.files.map(({ action, reason }) => [action, reason])).toEqual([
      ['create', undefined],
      ['refused', 'The folder is on a disk that can only be read.'],
      ['refused', 'The folder is on a disk that can only be read.'],
    ])
    expect(everything()).toEqual(['disk', 'disk/a'])
    expect(text('disk/a')).toBe('one')
  })

  test('without room is told in the plan with what is missing', async (context) => {
    if (!canMount || !mountDisk('disk', 'size=1m')) return context.skip('needs root on Linux, to mount a small disk')
    const outcome = await apply([write('disk/a', 'x'.repeat(2_000_000)), write('beside', 'x')])
    expect(outcome.files[0]?.reason).toMatch(/no room for it: 2.0 MB are needed and 1.0 MB are free/)
    expect(outcome.applied).toBe(false)
    expect(everything()).toEqual(['disk'])
  })

  test('that fills up in the middle changes nothing and leaves nothing', async (context) => {
    // Room for bytes is there, so that the plan stands, but not for as many files.
    if (!canMount || !mountDisk('disk', 'size=8m,nr_inodes=6')) return context.skip('needs root on Linux')
    writeFileSync(bench.at('disk/a'), 'one')

    const writes = [
      write('beside', 'x'),
      write('disk/a', 'two'),
      ...'bcdefgh'.split('').map((name) => write(`disk/${name}`, name)),
    ]
    const outcome = await apply(writes)

    expect(outcome.applied).toBe(false)
    expect(outcome.files.some(({ reason }) => reason?.startsWith('The disk is full.'))).toBe(true)
    expect(everything()).toEqual(['disk', 'disk/a'])
    expect(text('disk/a')).toBe('one')
    expect(bench.store.unfinished()).toEqual([])
  })

  test('on which a file cannot be replaced has the ones before it put back', async (context) => {
    if (!canMount) return context.skip('needs root on Linux, to make a file that cannot be replaced')
    for (const name of ['a', 'b', 'stuck']) writeFileSync(bench.at(name), `${name} before`)
    try {
      execFileSync('chattr', ['+i', bench.at('stuck')], { stdio: 'pipe' })
    } catch {
      return context.skip('this disk has no files that cannot be replaced')
    }
    cleanups.push(() => void execFileSync('chattr', ['-i', bench.at('stuck')]))
    const outcome = await apply([write('a', 'a after'), write('b', null), write('new', 'new'), write('stuck', 'after')])

    expect(outcome.applied).toBe(false)
    expect(outcome.files[3]).toMatchObject({
      action: 'refused',
      reason: expect.stringContaining('not permitted') as string,
    })
    expect(everything()).toEqual(['a', 'b', 'stuck'])
    expect([text('a'), text('b'), text('stuck')]).toEqual(['a before', 'b before', 'stuck before'])
    expect((await bench.outside.list({ limit: 10 })).items).toEqual([])
  })
})

test('the folder of the vault is not reached through a link either', async () => {
  symlinkSync(bench.dataDir, bench.at('data'))
  const [file] = await bench.outside.plan([{ ...write('data/vault.db', 'x'), root: '/' }])
  expect(file?.reason).toContain('own data')
  expect(existsSync(bench.at('data/vault.db'))).toBe(true)
})
