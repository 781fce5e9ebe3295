import { createHash } from 'node:crypto'
import { chmod, mkdir, open, rm, rmdir, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { blocksOf, type Content } from './content.ts'
import type { FilePlan } from './plan.ts'
import { codeOf } from './reasons.ts'

/** What was written beside a target. */
export interface Written {
  sha256: string
  length: number
}

/** Permission bits of a folder for a file with these bits: who may read the file may enter the folder. */
export function folderModeFor(mode: number | undefined): number {
  if (mode === undefined) return 0o777
  return 0o700 | (mode & 0o077) | ((mode & 0o044) >> 2)
}

/** Makes folders that are missing, outermost first, and leaves those alone that another made meanwhile. */
export async function makeFolders(folders: readonly string[], mode: number): Promise<void> {
  for (const path of folders) {
    try {
      await mkdir(path, mode)
      await syncFolder(dirname(path))
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

/** Removes folders that are empty, innermost first; others stay. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of [...folders].reverse()) await rmdir(folder).catch(() => undefined)
}

/** Writes the new bytes into a file beside the target and makes sure that they are on the disk. */
export async function writeTemp(temp: string, plan: FilePlan, content: Content): Promise<Written> {
  const seen = plan.target?.seen ?? null
  const file = await open(temp, 'wx', 0o600)
  try {
    const written = await writeAll(file, content)
    // The right bits before the right time: each sets the time of change anew.
    await setMode(temp, file, plan.write.mode ?? seen?.mode)
    if (seen) await keepOwner(file, seen)
    if (plan.write.mtimeMs !== undefined) await file.utimes(new Date(), plan.write.mtimeMs / 1000)
    await file.sync()
    return written
  } finally {
    await file.close()
  }
}

export async function removeTemps(temps: readonly string[]): Promise<void> {
  for (const temp of temps) await rm(temp, { force: true })
}

/** Makes sure that names in a folder are on the disk. Not every system can. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  if (!handle) return
  await handle.sync().catch(() => undefined)
  await handle.close()
}

async function writeAll(file: FileHandle, content: Content): Promise<Written> {
  const sum = createHash('sha256')
  let length = 0
  for (const block of blocksOf(content)) {
    sum.update(block)
    await file.writeFile(block)
    length += block.length
  }
  return { sha256: sum.digest('hex'), length }
}

/** New files get what the user's mask allows, like any other. */
async function setMode(path: string, file: FileHandle, mode: number | undefined): Promise<void> {
  if (mode === undefined) return chmod(path, 0o666 & ~process.umask())
  await file.chmod(mode)
}

/** A program of the system administrator does not take a file from its owner. Others may not give files away. */
async function keepOwner(file: FileHandle, seen: { uid: number; gid: number }): Promise<void> {
  const now = await file.stat()
  if (now.uid === seen.uid && now.gid === seen.gid) return
  await file.chown(seen.uid, seen.gid).catch(() => undefined)
}
