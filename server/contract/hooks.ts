import { z } from 'zod'
import { PlannedFile } from './change.ts'
import { defineRoute } from './route.ts'
import { SessionId } from './session.ts'

/** An agent whose settings can hold hooks. */
export const HookAgent = z.enum(['claude-code', 'codex', 'gemini-cli'])
export type HookAgent = z.infer<typeof HookAgent>

/**
 * What Lossless can put into an agent's settings. `brief`: the recovery brief after a compaction. `guard-prompts` and
 * `guard-tools`: what carries a secret is held back.
 */
export const HookFeature = z.enum(['brief', 'snapshot', 'statusline', 'guard-prompts', 'guard-tools'])
export type HookFeature = z.infer<typeof HookFeature>

/** Whether a feature stands in the agent's settings. `foreign`: something else stands there (another status line). */
export const HookState = z.object({
  agent: HookAgent,
  label: z.string(),
  /** Absolute path of the settings file. */
  path: z.string(),
  /** False when the folder of the settings is not there: the agent is probably not used on this machine. */
  isHere: z.boolean(),
  /** What has to be done besides (Codex asks to trust new hooks), or why the file cannot be changed; null when nothing. */
  note: z.string().nullable(),
  features: z.array(
    z.object({
      feature: HookFeature,
      label: z.string(),
      /** One sentence: what it does for the user. */
      about: z.string(),
      state: z.enum(['installed', 'absent', 'outdated', 'foreign', 'unsupported']),
      /** Why it is `foreign` or `unsupported`. */
      note: z.string().nullable(),
    }),
  ),
})
export type HookState = z.infer<typeof HookState>

export const listHooks = defineRoute({
  method: 'GET',
  path: '/api/hooks',
  summary: 'Says for each agent which hooks of Lossless stand in its settings.',
  area: 'Settings',
  reply: z.object({ items: z.array(HookState) }),
})

export const putHooks = defineRoute({
  method: 'PUT',
  path: '/api/hooks/:agent',
  summary: 'Plans or makes the change of an agent’s settings so that exactly these features are installed.',
  area: 'Settings',
  params: z.object({ agent: HookAgent }),
  body: z.object({ features: z.array(HookFeature), dryRun: z.boolean().default(false) }),
  reply: z.object({ files: z.array(PlannedFile), applied: z.boolean(), changeId: z.number().int().nullable() }),
})

export const runHook = defineRoute({
  method: 'POST',
  path: '/api/hooks/run',
  summary: 'Takes what an agent tells its hook and answers with what the hook shall print.',
  area: 'Settings',
  body: z.object({
    agent: HookAgent,
    /** The JSON that the agent wrote to the hook’s standard input. */
    input: z.record(z.string(), z.unknown()),
  }),
  reply: z.object({ output: z.record(z.string(), z.unknown()).nullable() }),
  mostBytes: 4_000_000,
})

export const reportStatus = defineRoute({
  method: 'POST',
  path: '/api/statusline',
  summary: 'Takes what Claude Code tells its status line, and answers with the line to show.',
  area: 'Settings',
  body: z.object({ agent: HookAgent, input: z.record(z.string(), z.unknown()) }),
  reply: z.object({ line: z.string() }),
})

/** When to warn that the context fills up. */
export const WarningSettings = z.object({
  /** In percent of the window, ascending. */
  levels: z.array(z.number().int().min(1).max(100)).max(5),
  /** Take a snapshot at each level. */
  snapshot: z.boolean(),
  /** Show a notification of the browser, when it allows it. */
  notify: z.boolean(),
})
export type WarningSettings = z.infer<typeof WarningSettings>

export const getWarnings = defineRoute({
  method: 'GET',
  path: '/api/settings/warnings',
  summary: 'Returns the levels at which Lossless warns that a context fills up, and the warnings that stand now.',
  area: 'Settings',
  reply: WarningSettings.extend({
    active: z.array(
      z.object({
        sessionId: SessionId,
        level: z.number().int(),
        used: z.number().int(),
        window: z.number().int(),
        turnsLeft: z.number().int().nullable(),
        at: z.iso.datetime(),
      }),
    ),
  }),
})

export const putWarnings = defineRoute({
  method: 'PUT',
  path: '/api/settings/warnings',
  summary: 'Sets the levels at which Lossless warns.',
  area: 'Settings',
  body: WarningSettings,
  reply: WarningSettings,
})
