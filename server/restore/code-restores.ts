import { stat } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import type { z } from 'zod'
import type { CodeReader } from '../../db/stores/code-reader.ts'
import type { SessionStore } from '../../db/stores/session-store.ts'
import type { PlannedFile } from '../contract/change.ts'
import type { restoreCode } from '../contract/restore.ts'
import { AppError, notFound } from '../errors.ts'
import { tokenOf, type FileWrite, type Outside } from '../outside/outside.ts'
import { isInside } from '../outside/target.ts'
import { bringBackSecrets, filesOfMoment, reasonToLeave, type MomentFiles } from './code-files.ts'
import { patchToMoment } from './code-patch.ts'
import { addWorktree, checkWorktree, findBase, planOverCommit, removeWorktree, type WorktreeBase } from './worktree.ts'

/** What restoring code works with. */
export interface CodeRestoreParts {
  outside: Outside
  code: CodeReader
  sessions: SessionStore
  /** The event that a moment names; undefined when there is none. */
  resolveMoment(
    sessionId: string,
    at: string | undefined,
  ): { key: number; seq: number; projectPath: string | null } | undefined
  localPath(path: string): string
  agentRoots(): readonly string[]
  /** What stands behind marks of secrets in masked texts. */
  unmask(marks: string[]): Promise<Map<string, string>>
  /** Texts as they may be shown. */
  maskTexts(texts: string[]): Promise<string[]>
}

type Request = z.output<typeof restoreCode.body>
type Reply = z.input<typeof restoreCode.reply>

/** What a worktree's change keeps for its undo. */
interface WorktreeNote {
  repository: string
  folder: string
  branch: string | null
}

/** Everything that was found out before a target is looked at. */
interface Wanted extends MomentFiles {
  title: string
  request: Request
  projectPath: string | null
  branch: string | null
  at: number
}

/** Writes the files of a code state: into a folder, a worktree or the project, or as a patch. */
export class CodeRestores {
  readonly #parts: CodeRestoreParts

  constructor(parts: CodeRestoreParts) {
    this.#parts = parts
  }

  async restore(sessionId: string, request: Request): Promise<Reply> {
    const wanted = await this.#want(sessionId, request)
    switch (request.target.kind) {
      case 'folder':
        return this.#write(wanted, this.#checkFolder(request.target.path), 'folder')
      case 'project':
        return this.#write(wanted, await this.#projectFolder(wanted.projectPath), 'project')
      case 'patch':
        return this.#patch(wanted, await this.#projectFolder(wanted.projectPath))
      case 'worktree':
        return this.#worktree(wanted, this.#checkFolder(request.target.path), request.target.branch)
    }
  }

  /** After an undo: a worktree that was made for the change goes too, unless something in it was changed since. */
  async afterUndo(note: string | null): Promise<void> {
    if (note === null) return
    const { repository, folder, branch } = JSON.parse(note) as WorktreeNote
    await removeWorktree(repository, folder, branch)
  }

  async #want(sessionId: string, request: Request): Promise<Wanted> {
    const session = this.#parts.sessions.find(sessionId)
    if (!session) throw notFound('session', sessionId)
    const moment = this.#parts.resolveMoment(sessionId, request.at)
    if (!moment) throw notFound('event', request.at ?? '')
    const { code } = this.#parts
    const at = { session: moment.key, seq: moment.seq }
    const found = filesOfMoment(code, at, moment.projectPath, request)
    const behind = (marks: string[]) =>
      request.maskSecrets ? Promise.resolve(new Map<string, string>()) : this.#parts.unmask(marks)
    await bringBackSecrets(found.files, behind)
    return {
      ...found,
      title: `Files of “${session.title}” as at event ${moment.seq}`,
      request,
      projectPath: moment.projectPath,
      branch: session.gitBranch,
      at: code.stampOf(at).at,
    }
  }

  async #write(wanted: Wanted, root: string, kind: 'folder' | 'project'): Promise<Reply> {
    const writes = writesOf(wanted, root, kind)
    const planned = await this.#parts.outside.plan(writes)
    const stopped = stopBefore(wanted, planned)
    if (stopped) return stopped
    const outcome = await this.#parts.outside.apply({
      kind: 'code',
      title: `${wanted.title}, into ${root}`,
      writes,
      expect: planned,
      skipRefused: wanted.request.skipRefused,
    })
    return replyOf(wanted, outcome.files, { ...outcome, plan: tokenOf(planned) })
  }

  async #patch(wanted: Wanted, root: string): Promise<Reply> {
    const files = await this.#parts.outside.plan(writesOf(wanted, root, 'project'))
    const [patch = ''] = await this.#parts.maskTexts([await patchToMoment(wanted.files, files, root)])
    return replyOf(wanted, files, { applied: false, plan: tokenOf(files), patch })
  }

  async #worktree(wanted: Wanted, folder: string, branch: string | undefined): Promise<Reply> {
    const base = await findBase(await this.#projectFolder(wanted.projectPath), wanted)
    await checkWorktree(base, folder, branch)
    const root = join(folder, base.below)
    const planned = await this.#planWorktree(wanted, base, { folder, root })
    const stopped = stopBefore(wanted, planned)
    if (stopped) return stopped
    await addWorktree(base, folder, branch)
    const note: WorktreeNote = { repository: base.repository, folder, branch: branch ?? null }
    try {
      const outcome = await this.#parts.outside.apply({
        kind: 'code',
        title: `${wanted.title}, over ${base.chosen}, as a worktree at ${folder}`,
        writes: writesOf(wanted, root, 'worktree'),
        skipRefused: wanted.request.skipRefused,
        note: JSON.stringify(note),
      })
      if (!outcome.applied) await this.afterUndo(JSON.stringify(note))
      return replyOf(wanted, outcome.files, { ...outcome, plan: tokenOf(planned) })
    } catch (error) {
      await this.afterUndo(JSON.stringify(note))
      throw error
    }
  }

  /** The files themselves are held against the commit; whether the folder can be written is asked like for any file. */
  async #planWorktree(wanted: Wanted, base: WorktreeBase, { folder, root }: { folder: string; root: string }) {
    const files = wanted.files.map((file) => ({ path: join(root, ...file.below.split('/')), file }))
    const planned = await planOverCommit(base, files)
    const [place] = await this.#parts.outside.plan([
      { path: join(folder, '.git'), root: folder, content: { bytes: new Uint8Array() } },
    ])
    const reason = place?.action === 'refused' ? place.reason : undefined
    const asPlanned =
      reason === undefined
        ? planned
        : planned.map((file) => ({ ...file, action: 'refused' as const, reason, patch: null }))
    return [...asPlanned, ...wanted.refused.map(({ recorded, reason: why }) => refusedFile(recorded, why))]
  }

  #checkFolder(path: string): string {
    if (!isAbsolute(path)) throw new AppError('bad_request', 'Name the folder by its whole path, from the root on.')
    const folder = resolve(path)
    if (this.#parts.agentRoots().some((root) => folder === root || isInside(folder, root))) {
      throw new AppError(
        'bad_request',
        `“${folder}” is a folder in which an agent keeps its sessions. Choose another one.`,
      )
    }
    return folder
  }

  async #projectFolder(projectPath: string | null): Promise<string> {
    if (projectPath === null) {
      throw new AppError(
        'bad_request',
        'No record of this session says where its project is. Restore into a folder instead.',
      )
    }
    const folder = this.#parts.localPath(projectPath)
    const found = await stat(folder).catch(() => null)
    if (found?.isDirectory()) return folder
    throw new AppError(
      'bad_request',
      `The project's folder “${folder}” is not on this machine. Say under Settings where it is now, or restore into another folder.`,
    )
  }
}

/** What is to be written where. In a plain folder nothing is deleted. */
function writesOf(wanted: Wanted, root: string, kind: 'folder' | 'project' | 'worktree'): FileWrite[] {
  const writes = wanted.files.flatMap((file): FileWrite[] => {
    const path = join(root, ...file.below.split('/'))
    if (file.content !== null) return [{ path, root, content: file.content }]
    if (kind === 'folder') return []
    return [{ path, root, content: null, reasonAgainst: (sha256) => reasonToLeave(file, sha256) }]
  })
  const refused = wanted.refused.map(({ recorded, reason }) => ({
    path: recorded,
    root,
    content: null,
    refused: reason,
  }))
  return [...writes, ...refused]
}

/** The answer when nothing shall or may be written; undefined when it goes on. */
function stopBefore(wanted: Wanted, planned: readonly PlannedFile[]): Reply | undefined {
  const { dryRun, plan, skipRefused } = wanted.request
  const token = tokenOf(planned)
  if (dryRun) return replyOf(wanted, planned, { applied: false, plan: token })
  if (plan !== undefined && plan !== token) {
    throw new AppError(
      'conflict',
      'Something changed since the plan was shown. Nothing was written; look at the plan again.',
    )
  }
  const isRefused = planned.some((file) => file.action === 'refused')
  return isRefused && !skipRefused ? replyOf(wanted, planned, { applied: false, plan: token }) : undefined
}

function replyOf(
  wanted: Wanted,
  files: readonly PlannedFile[],
  rest: { applied: boolean; plan: string; changeId?: number | null; patch?: string },
): Reply {
  return {
    files: [...files],
    applied: rest.applied,
    plan: rest.plan,
    changeId: rest.changeId ?? null,
    patch: rest.patch ?? null,
    unknown: wanted.unknown,
  }
}

function refusedFile(path: string, reason: string): PlannedFile {
  return { path, action: 'refused', reason, bytesBefore: null, bytesAfter: null, patch: null }
}
