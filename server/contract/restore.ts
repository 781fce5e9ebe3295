import { z } from 'zod'
import { PlannedFile } from './change.ts'
import { defineRoute } from './route.ts'
import { SessionId } from './session.ts'

/** What a restore would do, or did. Nothing is written while any file is refused, unless `skipRefused` says so. */
const RestoreReply = z.object({
  files: z.array(PlannedFile),
  applied: z.boolean(),
  /** Stands for these files as they were planned: given back as `plan`, nothing else than what was shown is written. */
  plan: z.string(),
  /** For undo; null when nothing was written. */
  changeId: z.number().int().nullable(),
  /** How each restored session is resumed. */
  resume: z.array(z.object({ sessionId: SessionId, cwd: z.string().nullable(), command: z.string() })),
})

const RestoreBody = z.object({
  /** An absolute folder, in which the files are laid out as below their agent's folder; absent: where they came from. */
  to: z.string().max(4096).optional(),
  dryRun: z.boolean().default(false),
  /** Write the others although some files are refused. */
  skipRefused: z.boolean().default(false),
  /** Of the plan that was shown: `conflict` when something changed since. Absent: whatever the plan is now. */
  plan: z.string().max(100).optional(),
})

export const restoreSnapshot = defineRoute({
  method: 'POST',
  path: '/api/snapshots/:snapshotId/restore',
  summary: 'Plans or makes a restore of a snapshot, or of some of its sessions, byte for byte.',
  area: 'Vault',
  params: z.object({ snapshotId: z.coerce.number().int() }),
  body: RestoreBody.extend({
    sessions: z.array(SessionId).optional(),
    projects: z.array(z.string().max(4096)).optional(),
  }),
  reply: RestoreReply,
})

export const restoreSession = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/restore',
  summary: 'Plans or makes a restore of a session as the vault has it last, or of an earlier generation of its file.',
  area: 'Vault',
  params: z.object({ sessionId: SessionId }),
  body: RestoreBody.extend({
    /** Counted from 1; absent: the longest state that was ever kept, or with `newest` the last one. */
    generation: z.number().int().min(1).optional(),
    newest: z.boolean().default(false),
  }),
  reply: RestoreReply,
})

export const restoreCode = defineRoute({
  method: 'POST',
  path: '/api/sessions/:sessionId/code/restore',
  summary: 'Plans or writes the files of a moment: into a folder, as a git worktree, into the project, or as a patch.',
  area: 'Vault',
  params: z.object({ sessionId: SessionId }),
  body: z.object({
    /** `seq` or event id; absent: the end. */
    at: z.string().max(400).optional(),
    target: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('folder'), path: z.string().min(1).max(4096) }),
      /** A new worktree of the project's repository at this folder, with the files written over its checkout. */
      z.object({
        kind: z.literal('worktree'),
        path: z.string().min(1).max(4096),
        branch: z.string().max(200).optional(),
      }),
      /** Into the project's own folder. Files that code state does not know are never touched. */
      z.object({ kind: z.literal('project') }),
      /** Nothing is written: `patch` turns the project as it is on disk now into the moment. */
      z.object({ kind: z.literal('patch') }),
    ]),
    /** Some of the files, as `path` of `/code`; absent: all that are known. */
    paths: z.array(z.string().max(4096)).optional(),
    /** Also files that are only `probable`. */
    includeProbable: z.boolean().default(true),
    /** Write the files as they are shown, with marks in the place of secrets, not as they were. */
    maskSecrets: z.boolean().default(false),
    dryRun: z.boolean().default(false),
    skipRefused: z.boolean().default(false),
    /** As for a restore. */
    plan: z.string().max(100).optional(),
  }),
  reply: z.object({
    files: z.array(PlannedFile),
    applied: z.boolean(),
    plan: z.string(),
    changeId: z.number().int().nullable(),
    patch: z.string().nullable(),
    /** Files of the moment whose content is not known, so that they are left out. */
    unknown: z.array(z.string()),
  }),
})
