import { link, lstat, open, rename, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAt } from './compare.ts'
import { codeOf } from './reasons.ts'

/*
 * A program that opened a file right before another one took its place writes into the old one, which has no name any
 * more. So the old file keeps a second name until it is certain that nothing came.
 */

/** How long a program may take from opening a file to writing into it, in milliseconds. */
const LATE = 40

/** The second name of the file that a temporary one replaces. */
export function secondNameOf(temp: string): string {
  return `${temp}.was`
}

/** Gives the file its second name. Does nothing on disks that know no hard links. */
export async function holdOld(path: string, temp: string): Promise<void> {
  await link(path, secondNameOf(temp)).catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST') throw error
  })
}

/** Waits as long as late writers may take, when anything is held. */
export async function awaitLateWriters(temps: readonly string[]): Promise<void> {
  const held = await Promise.all(temps.map((temp) => sizeOf(secondNameOf(temp))))
  if (held.some((size) => size !== null)) await sleep(LATE)
}

/** Puts the old file back to its place, with everything that came meanwhile. False when it is not held. */
export async function putOldBack(path: string, temp: string): Promise<boolean> {
  if ((await sizeOf(secondNameOf(temp))) === null) return false
  await rename(secondNameOf(temp), path)
  return true
}

/**
 * Takes the second name away. What was appended to the old file after it was seen with `size` bytes is appended to the
 * one that stands in its place now. True when something was.
 */
export async function letOldGo(path: string, temp: string, size: number): Promise<boolean> {
  const second = secondNameOf(temp)
  const now = await sizeOf(second)
  if (now === null) return false
  const isCarried = now > size && !(await isSameFile(path, second))
  if (isCarried) await appendRest(second, size, path)
  await rm(second, { force: true })
  return isCarried
}

async function appendRest(from: string, offset: number, to: string): Promise<void> {
  const old = await open(from, 'r')
  try {
    const { size } = await old.stat()
    const rest = await readAt(old, offset, size - offset)
    const target = await open(to, 'a')
    try {
      await target.appendFile(rest)
      await target.sync()
    } finally {
      await target.close()
    }
  } finally {
    await old.close()
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => lstat(path, { bigint: true }).catch(() => null)))
  return a !== null && b !== null && a?.ino === b?.ino && a?.dev === b?.dev
}

async function sizeOf(path: string): Promise<number | null> {
  return lstat(path).then(
    ({ size }) => size,
    () => null,
  )
}
