import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDataFolder } from './data-folder.ts'
import { explainTakenPort } from './port-holder.ts'

let root = ''
const children: ChildProcess[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lossless-data-'))
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)

/** Starts a process that takes the folder, forgets the lock, collects garbage, says "held" and stays. */
async function holdInChild(dir: string): Promise<ChildProcess> {
  const script = `
    import { openDataFolder } from ${JSON.stringify(new URL('./data-folder.ts', import.meta.url).href)}
    function hold() {
      const lock = openDataFolder(${JSON.stringify(dir)}).lock()
      lock?.announce('http://127.0.0.1:4321/?token=t')
      return lock === null ? 'refused' : 'held'
    }
    const word = hold()
    globalThis.gc()
    setTimeout(() => console.log(word), 20)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  expect(line.toString()).toBe('held\n')
  return child
}

test('makes the folder and its token readable by the owner only', () => {
  const dir = join(root, 'a', 'b')

  const folder = openDataFolder(dir)

  expect(modeOf(dir)).toBe('700')
  expect(modeOf(join(dir, 'token'))).toBe('600')
  expect(folder.token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(readdirSync(dir)).toEqual(['token'])
})

test('keeps the token from one start to the next', () => {
  expect(openDataFolder(root).token).toBe(openDataFolder(root).token)
})

test('a given token is kept for later starts', () => {
  openDataFolder(root, 'chosen')

  expect(openDataFolder(root).token).toBe('chosen')
})

test('an empty token file, left by a full disk, is written anew', () => {
  writeFileSync(join(root, 'token'), '')

  expect(openDataFolder(root).token).toHaveLength(43)
})

test('narrows a folder of ours that became readable, and leaves one that others use', () => {
  const ours = join(root, 'ours')
  const shared = join(root, 'shared')
  openDataFolder(ours)
  mkdirSync(shared)
  writeFileSync(join(shared, 'foreign'), '')
  chmodSync(ours, 0o755)
  chmodSync(shared, 0o755)

  openDataFolder(ours)
  openDataFolder(shared)

  expect(modeOf(ours)).toBe('700')
  expect(modeOf(shared)).toBe('755')
  expect(modeOf(join(shared, 'token'))).toBe('600')
})

test('says which folder cannot be used and how to choose another', () => {
  writeFileSync(join(root, 'file'), '')

  expect(() => openDataFolder(join(root, 'file', 'below'))).toThrow(
    `The data folder ${join(root, 'file', 'below')} cannot be used (ENOTDIR). Choose another one with --data.`,
  )
})

test('the first process has the folder, a second one learns its URL', async () => {
  const child = await holdInChild(root)
  const folder = openDataFolder(root)

  expect(folder.lock()).toBeNull()
  expect(await folder.findRunning(1000)).toEqual({ pid: child.pid, url: 'http://127.0.0.1:4321/?token=t' })
  expect(modeOf(join(root, 'instance.json'))).toBe('600')
})

test('a killed process leaves nothing that stops the next start', async () => {
  const child = await holdInChild(root)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const folder = openDataFolder(root)

  const lock = folder.lock()

  expect(lock).not.toBeNull()
  expect(await folder.findRunning(0)).toBeNull()
  lock?.release()
})

test('a released folder can be taken again', () => {
  const folder = openDataFolder(root)
  const first = folder.lock()
  first?.announce('http://127.0.0.1:1/')
  expect(folder.lock()).toBeNull()
  first?.release()

  const second = folder.lock()

  expect(second).not.toBeNull()
  second?.release()
})

test('a damaged note about the running process counts as none', async () => {
  writeFileSync(join(root, 'instance.json'), '{"pid":')

  expect(await openDataFolder(root).findRunning(0)).toBeNull()
  expect(readFileSync(join(root, 'instance.json'), 'utf8')).toBe('{"pid":')
})

test('names the process that holds a taken port', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0

  const sentence = await explainTakenPort(port)
  server.close()

  expect(sentence).toContain(`Port ${port} is taken by process ${process.pid} (`)
  expect(sentence).toContain('--port 0')
})
