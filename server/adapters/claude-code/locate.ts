import { readdir, readFile } from 'node:fs/promises'
import { posix, win32, type PlatformPath } from 'node:path'
import type { Host, LiveSession, Root, Source } from '../adapter.ts'
import { isRunning, type ProcessMark } from '../shared/running-process.ts'
import { isShape, numberOf, textOf } from '../shared/shape.ts'

/** What is watched below a configuration folder. */
const WATCHED = ['projects', 'file-history', 'sessions', 'history.jsonl']

/** Never kept: locks, keys, half-written files, and a cache of the agent that goes stale. */
const NEVER_KEPT = /(?:\.key|\.lock|\.tmp|\.swp|~)$|\.tmp\.|^\.DS_Store$|^sessions-index\.json$/

const SUBAGENT_FILE = /^agent-(.+)\.jsonl$/
const SUBAGENT_META = /^agent-(.+)\.meta\.json$/

/** Folders with the agent's configuration and sessions: `CLAUDE_CONFIG_DIR` (a list is allowed), else those below the home. */
export function configDirs(host: Host): string[] {
  const path = pathsOf(host)
  const stated = (host.env['CLAUDE_CONFIG_DIR'] ?? '')
    .split(',')
    .map((dir) => dir.trim())
    .filter((dir) => dir !== '')
  const dirs =
    stated.length > 0 ? stated : [path.join(host.homeDir, '.claude'), path.join(host.homeDir, '.config', 'claude')]
  return [...new Set(dirs.map((dir) => path.resolve(host.homeDir, dir)))]
}

/** Folders, and the one file, that are watched. */
export function roots(host: Host): Root[] {
  const path = pathsOf(host)
  return configDirs(host).flatMap((dir) => WATCHED.map((name) => ({ path: path.join(dir, name) })))
}

/** Says what a file is by its path alone. */
export function classify(file: string, host: Host): Source | null {
  const path = pathsOf(host)
  for (const dir of configDirs(host)) {
    const relative = path.relative(dir, file)
    if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) continue
    return classifyBelow(relative.split(path.sep), file)
  }
  return null
}

function classifyBelow(parts: string[], path: string): Source | null {
  const [area, first, second, ...rest] = parts
  const name = parts.at(-1) ?? ''
  if (NEVER_KEPT.test(name)) return null
  const companion: Source = { agent: 'claude-code', path, role: 'companion', nativeId: null, subagentId: null }
  if (area === 'history.jsonl' && first === undefined) return companion
  if (area === 'file-history' && first !== undefined && second !== undefined) return { ...companion, nativeId: first }
  if (area !== 'projects' || second === undefined) return null

  if (rest.length === 0) return classifyInProject(second, companion)
  if (second === 'memory') return companion
  return classifyBeside(second, rest, { ...companion, nativeId: second })
}

function classifyInProject(name: string, companion: Source): Source {
  const orphan = /^(.+)\.jsonl\.orphaned-/.exec(name)?.[1]
  if (orphan !== undefined) return { ...companion, nativeId: orphan }
  if (!name.endsWith('.jsonl') || name === '.jsonl') return companion
  // Versions before 2.1 put sub-agents beside the sessions; which session each belongs to stands in its records only.
  const subagentId = SUBAGENT_FILE.exec(name)?.[1]
  if (subagentId !== undefined) return { ...companion, role: 'subagent', subagentId }
  return { ...companion, role: 'session', nativeId: name.slice(0, -'.jsonl'.length) }
}

function classifyBeside(nativeId: string, rest: string[], companion: Source): Source {
  if (rest[0] !== 'subagents') return companion
  const name = rest.at(-1) ?? ''
  const transcript = SUBAGENT_FILE.exec(name)?.[1]
  if (transcript !== undefined) return { ...companion, role: 'subagent', nativeId, subagentId: transcript }
  return { ...companion, subagentId: SUBAGENT_META.exec(name)?.[1] ?? null }
}

/**
 * True when the agent files sessions of the folder `cwd` at the place of this source. Names over 200 characters are cut
 * and end in a hash, so only their beginning can be compared.
 */
export function isFiledUnder(path: string, cwd: string): boolean {
  const folder = /[\\/]projects[\\/]([^\\/]+)[\\/]/.exec(path)?.[1] ?? ''
  if (cwd.length > 200) return folder.startsWith(folderNameOf(cwd.slice(0, 200)))
  return cwd.length === folder.length && folderNameOf(cwd) === folder
}

function folderNameOf(cwd: string): string {
  return cwd.replace(/[^a-zA-Z0-9]/g, '-')
}

/**
 * Reads the agent's registry of running sessions. Entries of processes that are gone, or whose number another process
 * has got since, do not count.
 */
export async function listLive(host: Host): Promise<LiveSession[]> {
  const path = pathsOf(host)
  const live: LiveSession[] = []
  for (const dir of configDirs(host)) {
    const folder = path.join(dir, 'sessions')
    for (const name of await namesIn(folder)) {
      if (!/^\d+\.json$/.test(name)) continue
      const session = await liveSession(await readEntry(path.join(folder, name)), name, host)
      if (session !== null) live.push(session)
    }
  }
  return live
}

async function liveSession(entry: unknown, name: string, host: Host): Promise<LiveSession | null> {
  if (!isShape(entry)) return null
  const nativeId = textOf(entry['sessionId'])
  const pid = numberOf(entry['pid']) ?? Number.parseInt(name, 10)
  if (nativeId === null) return null
  const mark: ProcessMark = {
    pid,
    startedAt: numberOf(entry['startedAt']),
    startMark: textOf(entry['procStart']),
    // `linux::pid:[4026531836]`
    namespace: /^linux::(pid:\[\d+\])$/.exec(textOf(entry['pidDomain']) ?? '')?.[1] ?? null,
  }
  if (!(await isRunning(mark, host.platform))) return null
  return { nativeId, pid, status: textOf(entry['status']) }
}

/** The folder may be missing, and entries come and go while they are read. */
async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

async function readEntry(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown
  } catch {
    return null
  }
}

function pathsOf(host: Host): PlatformPath {
  return host.platform === 'win32' ? win32 : posix
}
