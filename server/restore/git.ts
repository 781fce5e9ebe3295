import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { AppError } from '../errors.ts'
import { gitEnvironment, safeGitArgs } from '../safe-git.ts'

const MOST_OUTPUT = 256 * 1024 * 1024
const MOST_TIME = 120_000

/** One file of a commit. */
export interface TreeFile {
  /** The object that holds it. */
  blob: string
  bytes: number
}

/**
 * Runs git on a repository. The repository's own hooks and monitors do not run, and nothing is asked on a terminal.
 * Rejects with a sentence that holds what git said.
 */
export function git(folder: string, args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { env: gitEnvironment(), maxBuffer: MOST_OUTPUT, timeout: MOST_TIME, encoding: 'buffer' as const }
    execFile('git', safeGitArgs(folder, args), options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      if (error.code === 'ENOENT')
        return reject(new AppError('unavailable', 'Git is not installed on this machine, or not on the path.'))
      const said = stderr.toString('utf8').trim().split('\n').at(-1) ?? ''
      reject(new AppError('conflict', `Git refused: ${said || error.message}`, { cause: error }))
    })
  })
}

/** What git prints, without the last line feed; null when it refuses. */
export async function askGit(folder: string, args: readonly string[]): Promise<string | null> {
  return git(folder, args).then(
    (output) => output.toString('utf8').replace(/\n$/, ''),
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'conflict') return null
      throw error
    },
  )
}

/** The files of a commit below a folder of its repository, by their path below it. */
export async function listTree(repository: string, commit: string, below: string): Promise<Map<string, TreeFile>> {
  const tree = below === '' ? commit : `${commit}:${below}`
  const listed = await askGit(repository, ['ls-tree', '-r', '-l', '-z', '--full-tree', tree])
  const files = new Map<string, TreeFile>()
  for (const entry of (listed ?? '').split('\0')) {
    const [, blob, bytes, path] = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(entry) ?? []
    if (blob !== undefined && path !== undefined) files.set(path, { blob, bytes: Number(bytes) })
  }
  return files
}

/** The name that git gives to these bytes, as long as the names of the repository are. */
export function blobName(bytes: Uint8Array, length: number): string {
  const sum = createHash(length === 64 ? 'sha256' : 'sha1')
  return sum.update(`blob ${bytes.length}\0`).update(bytes).digest('hex')
}
