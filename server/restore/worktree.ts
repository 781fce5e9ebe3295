import { readdir, realpath } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { AppError } from '../errors.ts'
import type { PlannedFile } from '../contract/change.ts'
import { blocksOf, lengthOf, sha256Of } from '../outside/content.ts'
import { unified } from '../outside/patch.ts'
import { reasonToLeave, type CodeFileState } from './code-files.ts'
import { askGit, blobName, git, listTree, type TreeFile } from './git.ts'

/** Where a worktree would be made, and from what. */
export interface WorktreeBase {
  repository: string
  /** The project's folder below the root of the repository, with `/`; empty when it is the root. */
  below: string
  commit: string
  /** A sentence part: how the commit was chosen. */
  chosen: string
}

/** Files larger than this are not shown as a difference to the commit. */
const MOST_SHOWN = 256 * 1024

/** Finds the repository of a project, and the commit that stood nearest before a moment. */
export async function findBase(project: string, moment: { branch: string | null; at: number }): Promise<WorktreeBase> {
  const top = await askGit(project, ['rev-parse', '--show-toplevel'])
  if (top === null) {
    throw new AppError(
      'bad_request',
      `“${project}” is not in a git repository. Restore the files into a folder instead.`,
    )
  }
  const repository = await realpath(top)
  const below = relative(repository, await realpath(project)).replaceAll(sep, '/')
  const before = moment.at > 0 ? [`--before=${new Date(moment.at).toISOString()}`] : []
  if (moment.branch !== null) {
    const ref = `refs/heads/${moment.branch}`
    const commit = await askGit(repository, ['rev-list', '-1', ...before, '--end-of-options', ref, '--'])
    if (commit) return { repository, below, commit, chosen: `the last commit on ${moment.branch} before the moment` }
  }
  const earlier = await askGit(repository, ['rev-list', '-1', ...before, 'HEAD', '--'])
  const commit = earlier || (await askGit(repository, ['rev-parse', '--verify', 'HEAD^{commit}']))
  if (!commit)
    throw new AppError(
      'bad_request',
      `The repository of “${project}” has no commit yet. Restore into a folder instead.`,
    )
  return { repository, below, commit, chosen: earlier ? 'the last commit before the moment' : 'the newest commit' }
}

/** Says what writing the files over a checkout of the commit would do, without making one. */
export async function planOverCommit(
  base: WorktreeBase,
  files: readonly { path: string; file: CodeFileState }[],
): Promise<PlannedFile[]> {
  const tree = await listTree(base.repository, base.commit, base.below)
  const planned: PlannedFile[] = []
  for (const { path, file } of files) planned.push(await planOne(base, { path, file, there: tree.get(file.below) }))
  return planned
}

/** Throws what speaks against a worktree at a folder, before anything is made. */
export async function checkWorktree(base: WorktreeBase, folder: string, branch: string | undefined): Promise<void> {
  const names = await readdir(folder).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOENT') return []
    throw new AppError('bad_request', `“${folder}” cannot be a worktree: it is not an empty folder.`)
  })
  if (names.length > 0)
    throw new AppError('conflict', `“${folder}” is not empty. Choose a folder that does not exist yet.`)
  if (branch === undefined) return
  const isName = await askGit(base.repository, ['check-ref-format', '--branch', branch])
  if (isName === null || branch.startsWith('-'))
    throw new AppError('bad_request', `“${branch}” cannot be the name of a branch.`)
  const isTaken = await askGit(base.repository, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])
  if (isTaken !== null) throw new AppError('conflict', `There is a branch “${branch}” already. Choose another name.`)
}

/** Checks the commit out at a folder, on a new branch or on none. */
export async function addWorktree(base: WorktreeBase, folder: string, branch: string | undefined): Promise<void> {
  const head = branch === undefined ? ['--detach'] : ['-b', branch]
  await git(base.repository, ['worktree', 'add', '--quiet', ...head, '--end-of-options', folder, base.commit])
}

/** Removes a worktree, and its branch where nothing was committed to it. Git leaves alone what was changed there since. */
export async function removeWorktree(repository: string, folder: string, branch: string | null): Promise<boolean> {
  const removed = await askGit(repository, ['worktree', 'remove', '--end-of-options', folder])
  if (removed === null) return false
  if (branch !== null) await askGit(repository, ['branch', '-d', '--end-of-options', branch])
  return true
}

async function planOne(
  base: WorktreeBase,
  { path, file, there }: { path: string; file: CodeFileState; there: TreeFile | undefined },
): Promise<PlannedFile> {
  const { content } = file
  const planned = { path, bytesBefore: there?.bytes ?? null, bytesAfter: content && lengthOf(content), patch: null }
  if (!there) return { ...planned, action: content ? 'create' : 'unchanged' }
  if (!content) return planDelete(base, planned, file, there)
  const bytes = Buffer.concat([...blocksOf(content)])
  if (blobName(bytes, there.blob.length) === there.blob) return { ...planned, action: 'unchanged' }
  const isShown = bytes.length <= MOST_SHOWN && there.bytes <= MOST_SHOWN
  const before = isShown ? await readBlob(base.repository, there.blob) : null
  return {
    ...planned,
    action: 'replace',
    patch: before === null ? null : unified(path, before, bytes.toString('utf8')),
  }
}

/** As on disk: only what was seen in a session is deleted. */
async function planDelete(
  base: WorktreeBase,
  planned: Omit<PlannedFile, 'action'>,
  file: CodeFileState,
  there: TreeFile,
): Promise<PlannedFile> {
  const bytes = await git(base.repository, ['cat-file', 'blob', there.blob])
  const reason = reasonToLeave(file, sha256Of(bytes))
  return reason === null ? { ...planned, action: 'delete' } : { ...planned, action: 'refused', reason }
}

async function readBlob(repository: string, blob: string): Promise<string | null> {
  const bytes = await git(repository, ['cat-file', 'blob', blob])
  if (bytes.includes(0)) return null
  return bytes.toString('utf8')
}
