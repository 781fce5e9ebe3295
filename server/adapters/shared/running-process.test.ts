import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { isRunning, type ProcessMark } from './running-process.ts'

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function started(program = 'sleep', args = ['60']): number {
  const child = spawn(program, args, { stdio: 'ignore' })
  children.push(child)
  if (child.pid === undefined) throw new Error(`${program} did not start.`)
  return child.pid
}

function mark(pid: number, more: Partial<ProcessMark> = {}): ProcessMark {
  return { pid, startedAt: null, startMark: null, namespace: null, ...more }
}

/** Field 22, read the way `proc(5)` describes it, for a program whose name has no spaces. */
function ticksOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21] ?? ''
}

describe.runIf(process.platform === 'linux')('a process on Linux', () => {
  it('runs while it has the start that it wrote down', async () => {
    const pid = started()
    expect(await isRunning(mark(pid, { startMark: ticksOf(pid) }), 'linux')).toBe(true)
  })

  it('does not run when another one has got its number since', async () => {
    const pid = started()
    const earlier = String(Number(ticksOf(pid)) - 1)
    expect(await isRunning(mark(pid, { startMark: earlier }), 'linux')).toBe(false)
  })

  it('does not run when, without a start written down, the number belongs to one that started later', async () => {
    const pid = started()
    expect(await isRunning(mark(pid, { startedAt: Date.now() }), 'linux')).toBe(true)
    expect(await isRunning(mark(pid, { startedAt: Date.now() - 60_000 }), 'linux')).toBe(false)
  })

  it('does not run once it has ended', async () => {
    const pid = started('true', [])
    await sleep(100)
    expect(await isRunning(mark(pid), 'linux')).toBe(false)
    expect(await isRunning(mark(pid, { startMark: '1' }), 'linux')).toBe(false)
  })

  it('is looked for by its start where the number is one of another world', async () => {
    const pid = started()
    const own = readlinkSync('/proc/self/ns/pid')
    const elsewhere = { namespace: 'pid:[1]', startMark: ticksOf(pid) }
    expect(await isRunning(mark(pid, { namespace: own, startMark: ticksOf(pid) }), 'linux')).toBe(true)
    expect(await isRunning(mark(pid, elsewhere), 'linux')).toBe(false)
  })

  const canUnshare = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0
  it.skipIf(!canUnshare)('is found in a container that this one can see into', async () => {
    const outside = started('unshare', ['--pid', '--fork', '--kill-child', 'sleep', '60'])
    await sleep(300)
    const inside = Number(readFileSync(`/proc/${outside}/task/${outside}/children`, 'utf8').trim())
    const namespace = readlinkSync(`/proc/${inside}/ns/pid`)
    const seenThere = mark(1, { namespace, startMark: ticksOf(inside) })
    expect(await isRunning(seenThere, 'linux')).toBe(true)
    expect(await isRunning({ ...seenThere, startMark: '1' }, 'linux')).toBe(false)
  })
})

it('is not any number that no process can have', async () => {
  for (const pid of [0, -1, 1.5, Number.NaN, 999_999_999]) {
    expect(await isRunning(mark(pid), process.platform)).toBe(false)
  }
})
