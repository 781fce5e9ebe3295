import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../../db/testing.ts'
import { listFiles, watchRoots, type FileChange, type Watcher } from './watch.ts'

let folder: TemporaryFolder
let watcher: Watcher | null
let changes: FileChange[]

beforeEach(() => {
  folder = createTemporaryFolder()
  watcher = null
  changes = []
})

afterEach(async () => {
  await watcher?.close()
  folder.remove()
})

function at(...parts: string[]): string {
  return path.join(folder.path, ...parts)
}

async function watch(...roots: string[]): Promise<void> {
  watcher = await watchRoots(
    roots.map((root) => ({ path: root })),
    (change) => changes.push(change),
  )
}

async function until(kind: FileChange['kind'], file: string): Promise<void> {
  const end = Date.now() + 5000
  while (!changes.some((change) => change.kind === kind && change.path === file)) {
    if (Date.now() > end) throw new Error(`no ${kind} of ${file} in ${JSON.stringify(changes)}`)
    await sleep(2)
  }
}

test('what stood there before is not reported; an append, a new file in new folders and a deletion are', async () => {
  mkdirSync(at('root', 'a'), { recursive: true })
  writeFileSync(at('root', 'a', 'old.jsonl'), 'one\n')
  await watch(at('root'))
  await sleep(50)
  expect(changes).toEqual([])

  appendFileSync(at('root', 'a', 'old.jsonl'), 'two\n')
  await until('changed', at('root', 'a', 'old.jsonl'))

  mkdirSync(at('root', 'b', 'c', 'd'), { recursive: true })
  writeFileSync(at('root', 'b', 'c', 'd', 'new.jsonl'), 'one\n')
  await until('changed', at('root', 'b', 'c', 'd', 'new.jsonl'))

  rmSync(at('root', 'a', 'old.jsonl'))
  await until('gone', at('root', 'a', 'old.jsonl'))
})

test('a root that does not exist yet is found when it appears, and nothing beside it is watched', async () => {
  mkdirSync(at('beside', 'deep'), { recursive: true })
  await watch(at('agent', 'projects'), at('agent', 'history.jsonl'))

  writeFileSync(at('beside', 'deep', 'x'), 'x')
  writeFileSync(at('y'), 'y')
  mkdirSync(at('agent', 'projects', 'p'), { recursive: true })
  writeFileSync(at('agent', 'projects', 'p', 's.jsonl'), 'one\n')
  await until('changed', at('agent', 'projects', 'p', 's.jsonl'))
  writeFileSync(at('agent', 'history.jsonl'), 'one\n')
  await until('changed', at('agent', 'history.jsonl'))

  const outside = changes.filter(({ path: file }) => !file.startsWith(at('agent')))
  expect(outside).toEqual([])
})

test('a renamed project is gone there and new here; a root that is removed and made again is watched again', async () => {
  mkdirSync(at('root', 'a'), { recursive: true })
  writeFileSync(at('root', 'a', 's.jsonl'), 'one\n')
  await watch(at('root'))

  renameSync(at('root', 'a'), at('root', 'b'))
  await until('gone', at('root', 'a', 's.jsonl'))
  await until('changed', at('root', 'b', 's.jsonl'))

  rmSync(at('root'), { recursive: true })
  await until('gone', at('root', 'b', 's.jsonl'))
  mkdirSync(at('root', 'c'), { recursive: true })
  writeFileSync(at('root', 'c', 't.jsonl'), 'one\n')
  await until('changed', at('root', 'c', 't.jsonl'))
  await sleep(100)
  changes = []
  appendFileSync(at('root', 'c', 't.jsonl'), 'two\n')
  await until('changed', at('root', 'c', 't.jsonl'))
})

test('a file that is replaced by another under the same name is reported', async () => {
  mkdirSync(at('root'))
  writeFileSync(at('root', 's.jsonl'), 'one\ntwo\n')
  await watch(at('root'))

  writeFileSync(at('next'), 'one\n')
  renameSync(at('next'), at('root', 's.jsonl'))

  await until('changed', at('root', 's.jsonl'))
})

test('a root that is a link is followed and reported under its own name; links below it are not', async () => {
  mkdirSync(at('elsewhere'))
  mkdirSync(at('secret'))
  writeFileSync(at('secret', 'key'), 'k')
  symlinkSync(at('elsewhere'), at('root'))
  symlinkSync(at('secret'), at('elsewhere', 'linked-folder'))
  symlinkSync(at('secret', 'key'), at('elsewhere', 'linked-file'))
  writeFileSync(at('elsewhere', 's.jsonl'), 'one\n')
  await watch(at('root'))

  writeFileSync(at('secret', 'key'), 'changed')
  appendFileSync(at('elsewhere', 's.jsonl'), 'two\n')
  await until('changed', at('root', 's.jsonl'))

  expect([...new Set(changes.map((change) => change.path))]).toEqual([at('root', 's.jsonl')])
  const listed = []
  for await (const file of listFiles({ path: at('root') })) listed.push(file)
  expect(listed).toMatchObject([{ path: at('root', 's.jsonl'), size: 8 }])
})

test('the last of many quick appends is always reported', async () => {
  mkdirSync(at('root'))
  writeFileSync(at('root', 's.jsonl'), '')
  const sizes: number[] = []
  watcher = await watchRoots([{ path: at('root') }], ({ path: file }) => sizes.push(readFileSync(file).length))

  for (let line = 0; line < 200; line++) {
    appendFileSync(at('root', 's.jsonl'), '0123456789')
    if (line % 10 === 0) await sleep(1)
  }
  await sleep(200)

  expect(sizes.at(-1)).toBe(2000)
  expect(sizes.length).toBeLessThan(100)
})

test('a sweep is asked for from time to time, and no more after the end', async () => {
  let sweeps = 0
  watcher = await watchRoots([{ path: at('none') }], () => undefined, { onSweep: () => sweeps++, sweepEvery: 20 })
  await sleep(150)
  await watcher.close()
  const before = sweeps
  await sleep(100)
  expect(before).toBeGreaterThan(1)
  expect(sweeps).toBe(before)
})

test('where the system allows no more watches, that is told once and sweeps go on', (context) => {
  for (let number = 0; number < 20; number++) mkdirSync(at('root', String(number)), { recursive: true })
  const program = `
    const { watchRoots } = await import(${JSON.stringify(new URL('./watch.ts', import.meta.url).href)})
    const onError = (error) => console.log('error', error.code)
    let sweeps = 0
    const onSweep = () => ++sweeps === 3 && (console.log('swept'), process.exit())
    await watchRoots([{ path: process.argv[1] }], () => {}, { onError, onSweep, sweepEveryAfterFailure: 20 })
    console.log('ready')
    setTimeout(() => {}, 10_000)`
  const limited = 'echo 5 > /proc/sys/user/max_inotify_watches && exec "$0" --input-type=module -e "$1" "$2"'
  const run = spawnSync('unshare', ['-Ur', 'sh', '-c', limited, process.execPath, program, at('root')], {
    encoding: 'utf8',
  })
  if (run.error || /unshare|max_inotify/.test(run.stderr)) return context.skip('limits of watches cannot be set here')

  expect(run.stdout.trim().split('\n')).toEqual(['error ENOSPC', 'ready', 'swept'])
})

test('files are listed with size and time; a missing root gives none, a root that is a file gives itself', async () => {
  mkdirSync(at('root', 'a', 'b'), { recursive: true })
  writeFileSync(at('root', 'a', 'one'), '1')
  writeFileSync(at('root', 'a', 'b', 'three'), '333')

  const list = async (root: string) => {
    const found: [string, number, boolean][] = []
    for await (const { path: file, size, mtimeMs } of listFiles({ path: root })) {
      found.push([path.relative(folder.path, file), size, Math.abs(mtimeMs - Date.now()) < 10_000])
    }
    return found.sort()
  }

  expect(await list(at('root'))).toEqual([
    ['root/a/b/three', 3, true],
    ['root/a/one', 1, true],
  ])
  expect(await list(at('root', 'a', 'one'))).toEqual([['root/a/one', 1, true]])
  expect(await list(at('none'))).toEqual([])
})
