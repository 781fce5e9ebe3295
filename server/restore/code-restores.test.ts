import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CodeReader } from '../../db/stores/code-reader.ts'
import { CodeStore } from '../../db/stores/code-store.ts'
import { SessionStore } from '../../db/stores/session-store.ts'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import type { FileOp } from '../code-state/file-op.ts'
import { CodeRecorder } from '../code-state/recorder.ts'
import { restoreCode } from '../contract/restore.ts'
import { CodeRestores } from './code-restores.ts'
import { openCrashWorld, type CrashWorld } from './crash-world.ts'

const START = Date.UTC(2026, 0, 1)

let databases: TemporaryDatabases
let folder: string
let world: CrashWorld
let project: string
let restores: CodeRestores

beforeEach(() => {
  databases = createTemporaryDatabases()
  folder = mkdtempSync(join(tmpdir(), 'lossless-test-'))
  world = openCrashWorld(folder)
  project = join(folder, 'project')
  mkdirSync(project)
  databases.index
    .prepare(
      "INSERT INTO sessions (key, id, agent, native_id, title, project_path, git_branch, events) VALUES (1, 'cc:1', 'claude-code', 'a', 'Work', '/p', 'main', 9)",
    )
    .run()
  const recorder = new CodeRecorder(new CodeStore(databases.index))
  const record = (seq: number, ...ops: FileOp[]) => {
    const at = START + seq * 1000
    databases.index
      .prepare(
        'INSERT INTO events (session_key, seq, id, at, kind, generation_id, offset, length, part) VALUES (1, ?, ?, ?, ?, 0, 0, 0, 0)',
      )
      .run(seq, `e${seq}`, at, 'tool_result')
    const call = { callId: `c${seq}`, isError: false, isResult: true }
    recorder.record({ key: 1, id: 'cc:1' }, [{ id: `e${seq}`, seq, at, ...call, ops }])
  }
  const write = (path: string, after: string, before: string | null = null): FileOp => ({
    op: 'write',
    path,
    after,
    before,
    by: 'write',
  })
  record(0, write('/p/src/a.ts', 'one\ntwo\n'), write('/p/old.txt', 'old\n'))
  record(1, write('/p/src/a.ts', 'one\n2\n', 'one\ntwo\n'))
  record(2, { op: 'delete', path: '/p/old.txt', by: 'shell' })
  record(3, write('/p/last line', 'no end'))
  record(
    4,
    write('/etc/x.conf', 'outside'),
    write('/p/.git/hooks/post-checkout', '#!/bin/sh\n'),
    write('/p/sub/.GIT/config', 'x'),
  )
  record(5, { op: 'patch', path: '/p/blind.ts', hunks: [], replace: [{ old: 'a', new: 'b', all: false }], by: 'edit' })
  record(6, write('/p/old.txt', 'old again\n'))
  restores = new CodeRestores({
    outside: world.outside,
    code: new CodeReader(databases.index),
    sessions: new SessionStore(databases.index),
    resolveMoment: (sessionId, at) =>
      sessionId === 'cc:1' ? { key: 1, seq: Number(at ?? 5), projectPath: '/p' } : undefined,
    localPath: (path) => path.replace(/^\/p/, project),
    agentRoots: () => [join(folder, 'agent')],
    unmask: () => Promise.resolve(new Map()),
    maskTexts: (texts) => Promise.resolve(texts),
  })
})

afterEach(() => {
  world.close()
  databases.close()
  rmSync(folder, { recursive: true, force: true })
})

function restore(body: object) {
  return restores.restore('cc:1', restoreCode.body.parse(body))
}

function everythingIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('.git'))
    .sort()
}

function git(...args: string[]): string {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org']
  return execFileSync('git', ['-C', project, ...who, ...args], { encoding: 'utf8' })
}

/** A repository with the files as they stood at the first event, and one that no session knows. */
function makeRepository(): void {
  mkdirSync(join(project, 'src'))
  writeFileSync(join(project, 'src', 'a.ts'), 'one\ntwo\n')
  writeFileSync(join(project, 'old.txt'), 'old\n')
  writeFileSync(join(project, 'mine.txt'), 'mine\n')
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-qm', 'Base')
}

describe('into a folder', () => {
  test('what is known of the project is written, and nothing else', async () => {
    const to = join(folder, 'out')
    const reply = await restore({ target: { kind: 'folder', path: to } })
    expect(reply).toMatchObject({ applied: true, patch: null, unknown: ['blind.ts'] })
    expect(everythingIn(to)).toEqual(['last line', 'src', 'src/a.ts'])
    expect(readFileSync(join(to, 'src/a.ts'), 'utf8')).toBe('one\n2\n')
    expect(readFileSync(join(to, 'last line'), 'utf8')).toBe('no end')
  })

  test('only what was asked for is written, as it was at the moment', async () => {
    const to = join(folder, 'out')
    await restore({ target: { kind: 'folder', path: to }, at: '0', paths: ['src/a.ts'] })
    expect(everythingIn(to)).toEqual(['src', 'src/a.ts'])
    expect(readFileSync(join(to, 'src/a.ts'), 'utf8')).toBe('one\ntwo\n')
    await expect(restore({ target: { kind: 'folder', path: to }, paths: ['nothing'] })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('what lies outside of the project, and what belongs to git, is refused by name', async () => {
    const to = join(folder, 'out')
    for (const path of ['/etc/x.conf', '.git/hooks/post-checkout', 'sub/.GIT/config']) {
      const reply = await restore({ target: { kind: 'folder', path: to }, paths: [path] })
      expect(reply.applied, path).toBe(false)
      expect(reply.files[0]?.reason, path).toMatch(/outside of the project|belongs to git/)
    }
    expect(existsSync(to)).toBe(false)
  })

  test('a folder of an agent, and one that is no whole path, are not taken', async () => {
    for (const path of ['out', join(folder, 'agent', 'x')]) {
      await expect(restore({ target: { kind: 'folder', path } })).rejects.toMatchObject({ code: 'bad_request' })
    }
  })
})

describe('into the project', () => {
  test('known files are written, deleted ones deleted when they were seen in a session, others never touched', async () => {
    makeRepository()
    const plan = await restore({ target: { kind: 'project' }, dryRun: true })
    expect(plan.files.map(({ action }) => action).sort()).toEqual(['create', 'delete', 'replace'])
    expect(everythingIn(project)).toEqual(['mine.txt', 'old.txt', 'src', 'src/a.ts'])

    const reply = await restore({ target: { kind: 'project' }, plan: plan.plan })
    expect(reply.applied).toBe(true)
    expect(everythingIn(project)).toEqual(['last line', 'mine.txt', 'src', 'src/a.ts'])
    expect(readFileSync(join(project, 'mine.txt'), 'utf8')).toBe('mine\n')

    await world.outside.undo(reply.changeId ?? 0, { dryRun: false })
    expect(git('status', '--short')).toBe('')
  })

  test('a deleted file that holds what a session saw later may be deleted, one that nobody saw may not', async () => {
    makeRepository()
    writeFileSync(join(project, 'old.txt'), 'old again\n')
    expect(
      (await restore({ target: { kind: 'project' }, dryRun: true })).files.find(({ path }) => path.endsWith('old.txt'))
        ?.action,
    ).toBe('delete')

    writeFileSync(join(project, 'old.txt'), 'written by hand\n')
    const reply = await restore({ target: { kind: 'project' } })
    expect(reply.applied).toBe(false)
    expect(reply.files.find(({ path }) => path.endsWith('old.txt'))?.reason).toContain('never seen in a session')
    expect(readFileSync(join(project, 'src/a.ts'), 'utf8')).toBe('one\ntwo\n')

    expect((await restore({ target: { kind: 'project' }, skipRefused: true })).applied).toBe(true)
    expect(readFileSync(join(project, 'old.txt'), 'utf8')).toBe('written by hand\n')
  })

  test('nothing is written through a link that leads out of it', async () => {
    mkdirSync(join(folder, 'elsewhere'))
    symlinkSync(join(folder, 'elsewhere'), join(project, 'src'))
    const reply = await restore({ target: { kind: 'project' } })
    expect(reply.applied).toBe(false)
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([])
  })

  test('a project that is not on this machine is said so', async () => {
    rmSync(project, { recursive: true })
    await expect(restore({ target: { kind: 'project' } })).rejects.toMatchObject({ code: 'bad_request' })
  })
})

test('as a patch: git turns the project into the moment with it', async () => {
  makeRepository()
  const { patch, applied } = await restore({ target: { kind: 'patch' } })
  expect(applied).toBe(false)
  expect(git('status', '--short')).toBe('')

  const copy = join(folder, 'copy')
  cpSync(project, copy, { recursive: true })
  writeFileSync(join(folder, 'x.patch'), patch ?? '')
  execFileSync('git', ['-C', copy, 'apply', join(folder, 'x.patch')])
  expect(everythingIn(copy)).toEqual(['last line', 'mine.txt', 'src', 'src/a.ts'])
  expect(readFileSync(join(copy, 'src/a.ts'), 'utf8')).toBe('one\n2\n')
  expect(readFileSync(join(copy, 'last line'), 'utf8')).toBe('no end')
})

describe('as a worktree', () => {
  const target = () => ({ kind: 'worktree', path: join(folder, 'tree'), branch: 'as-it-was' })

  test('the files stand over a checkout on a branch of their own; undo takes it all away', async () => {
    makeRepository()
    // A hook of the repository would run on a checkout.
    writeFileSync(join(project, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${folder}/hook-ran\n`, { mode: 0o755 })
    const plan = await restore({ target: target(), dryRun: true })
    expect(existsSync(join(folder, 'tree'))).toBe(false)

    const reply = await restore({ target: target(), plan: plan.plan })
    expect(reply.applied).toBe(true)
    expect(reply.files.map(({ path, action }) => [path, action])).toEqual(
      plan.files.map(({ path, action }) => [path, action]),
    )
    expect(everythingIn(join(folder, 'tree'))).toEqual(['last line', 'mine.txt', 'src', 'src/a.ts'])
    expect(git('branch', '--format=%(refname:short)')).toBe('as-it-was\nmain\n')
    expect(git('status', '--short')).toBe('')
    expect(existsSync(join(folder, 'hook-ran'))).toBe(false)

    await world.outside.undo(reply.changeId ?? 0, { dryRun: false })
    await restores.afterUndo(world.outside.noteOf(reply.changeId ?? 0))
    expect(existsSync(join(folder, 'tree'))).toBe(false)
    expect(git('branch', '--format=%(refname:short)')).toBe('main\n')
  })

  test('a session in a folder of the repository is written into that folder', async () => {
    makeRepository()
    rmSync(join(project, '.git'), { recursive: true })
    execFileSync('git', ['-C', folder, 'init', '-q', '-b', 'main'])
    execFileSync('git', ['-C', folder, 'add', 'project'])
    execFileSync('git', ['-C', folder, '-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '-qm', 'Base'])
    await restore({ target: { kind: 'worktree', path: join(folder, 'tree') } })
    expect(readFileSync(join(folder, 'tree/project/src/a.ts'), 'utf8')).toBe('one\n2\n')
  })

  test('where a file is refused, nothing is left behind', async () => {
    makeRepository()
    writeFileSync(join(project, 'old.txt'), 'committed by hand\n')
    git('commit', '-qam', 'By hand')
    const reply = await restore({ target: target() })
    expect(reply.applied).toBe(false)
    expect(existsSync(join(folder, 'tree'))).toBe(false)
    expect(git('branch', '--format=%(refname:short)')).toBe('main\n')
  })

  test('a folder that is used, a branch that exists or is none, and a project without git are told', async () => {
    await expect(restore({ target: target() })).rejects.toThrow('not in a git repository')
    makeRepository()
    const used = { ...target(), path: project }
    await expect(restore({ target: used })).rejects.toThrow('not empty')
    await expect(restore({ target: { ...target(), branch: 'main' } })).rejects.toThrow('already')
    await expect(restore({ target: { ...target(), branch: '--force' } })).rejects.toThrow('cannot be the name')
    expect(existsSync(join(folder, 'tree'))).toBe(false)
  })
})

test('what is written has the hash that code state says', async () => {
  const to = join(folder, 'out')
  await restore({ target: { kind: 'folder', path: to } })
  const [file] = new CodeReader(databases.index)
    .filesAt({ session: 1, seq: 5 }, ['/p'])
    .filter(({ path }) => path === '/p/src/a.ts')
  expect(
    createHash('sha256')
      .update(readFileSync(join(to, 'src/a.ts')))
      .digest('hex'),
  ).toBe(file?.sha256)
})
