import type { BigIntStats } from 'node:fs'
import { access, constants, lstat, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { codeOf, reasonOf } from './reasons.ts'

/** A file as it was seen. Another `stamp` means that it may have changed. */
export interface Seen {
  stamp: string
  size: number
  /** Permission bits. */
  mode: number
  mtimeMs: number
  uid: number
  gid: number
}

/** A place where a file may be written. */
export interface Target {
  /** Without links in its folders: what is written to. */
  path: string
  folder: string
  /** Folders that are not there yet, outermost first. */
  missing: string[]
  /** The nearest folder that is there, and the disk it is on. */
  standing: string
  device: bigint
  /** Why nothing can be written into the folder, as a sentence; null when it can. */
  blocked: string | null
  /** Null when no file is there. */
  seen: Seen | null
}

/** What is known of folders, so that many files of one folder cost one look. */
export type FolderLooks = Map<string, Promise<Folder | string>>

type Folder = Pick<Target, 'missing' | 'standing' | 'device' | 'blocked'> & { path: string }

/** Where nothing is ever written: the folder of Lossless' own data. */
export interface Bounds {
  root: string
  forbidden: readonly string[]
}

/** Looks at the place of a file, whose folder has to lie in `root` after all links are followed; else a sentence why not. */
export async function lookAtTarget(path: string, bounds: Bounds, looks: FolderLooks): Promise<Target | string> {
  if (!isAbsolute(path) || path.includes('\0')) return 'It is not a whole path, from the root of the disk on.'
  const wanted = resolve(path)
  if (!isInside(wanted, resolve(bounds.root))) return `It lies outside of ${bounds.root}, where it would belong.`
  const folder = await lookAtFolderOnce(dirname(wanted), looks)
  if (typeof folder === 'string') return folder
  const root = await lookAtFolderOnce(resolve(bounds.root), looks)
  if (typeof root === 'string') return root
  if (!isInside(folder.path, root.path) && folder.path !== root.path) {
    return `Its folder is a link that leads out of ${bounds.root}. Lossless does not write through such links.`
  }
  const target = join(folder.path, basename(wanted))
  for (const forbidden of bounds.forbidden) {
    const own = await lookAtFolderOnce(resolve(forbidden), looks)
    if (typeof own !== 'string' && isInside(target, own.path))
      return 'It lies in the folder where Lossless keeps its own data.'
  }
  const seen = await lookAtFile(target)
  if (typeof seen === 'string') return seen
  return { ...folder, path: target, folder: folder.path, seen }
}

/** The file at a path without following a link, null when there is none; a sentence for what is no ordinary file. */
export async function lookAtFile(path: string): Promise<Seen | null | string> {
  let stats: BigIntStats
  try {
    stats = await lstat(path, { bigint: true })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    return reasonOf(error) ?? Promise.reject(error as Error)
  }
  if (stats.isFile()) return seenOf(stats)
  if (stats.isSymbolicLink()) return 'It is a symbolic link. Lossless does not write through links.'
  return stats.isDirectory() ? 'It is a folder, not a file.' : 'It is a device, a pipe or a socket, not a file.'
}

/** True when the path lies below the folder. Both without links and `..`. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function seenOf(stats: BigIntStats): Seen {
  const { dev, ino, size, mtimeNs, ctimeNs, mode, uid, gid } = stats
  return {
    stamp: `${dev}:${ino} ${size} ${mtimeNs} ${ctimeNs}`,
    size: Number(size),
    mode: Number(mode) & 0o7777,
    mtimeMs: Number(mtimeNs) / 1e6,
    uid: Number(uid),
    gid: Number(gid),
  }
}

function lookAtFolderOnce(path: string, looks: FolderLooks): Promise<Folder | string> {
  const known = looks.get(path)
  if (known) return known
  const look = lookAtFolder(path)
  looks.set(path, look)
  return look
}

async function lookAtFolder(path: string): Promise<Folder | string> {
  const names: string[] = []
  for (let at = path; ;) {
    const found = await standingFolder(at)
    if (typeof found === 'string') return found
    if (found) {
      const whole = [...names]
        .reverse()
        .reduce<string[]>((made, name) => [...made, join(made.at(-1) ?? found.path, name)], [])
      const { path: standing, device, blocked } = found
      return { path: whole.at(-1) ?? standing, missing: whole, standing, device, blocked }
    }
    const parent = dirname(at)
    if (parent === at) return 'The disk that it would be on is not there.'
    names.push(basename(at))
    at = parent
  }
}

/** Undefined when nothing is at the path. */
async function standingFolder(
  path: string,
): Promise<{ path: string; device: bigint; blocked: string | null } | undefined | string> {
  try {
    const stats = await stat(path, { bigint: true })
    if (!stats.isDirectory()) return `${path} is a file, where a folder would be needed.`
    const real = await realpath(path)
    const blocked = await access(real, constants.W_OK | constants.X_OK).then(() => null, reasonOf)
    return { path: real, device: stats.dev, blocked }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return danglingLink(path)
    if (codeOf(error) === 'ENOTDIR') return undefined
    return reasonOf(error) ?? Promise.reject(error as Error)
  }
}

async function danglingLink(path: string): Promise<string | undefined> {
  const link = await lstat(path).catch(() => null)
  return link ? `${path} is a link that leads nowhere.` : undefined
}
