import { posix, win32 } from 'node:path'
import type { HookAgent, HookFeature } from '../contract/hooks.ts'
import { notFound } from '../errors.ts'

/** Whose settings are changed, and what of the machine decides where they lie. */
export interface HookHost {
  homeDir: string
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
}

/** Where a feature stands in an agent's settings. */
export type Place =
  | { kind: 'hook'; event: string; matcher: string | null; timeoutSeconds: number }
  | { kind: 'status-line' }
  | { kind: 'none'; reason: string }

/** An agent whose settings can hold hooks. */
export interface HookedAgent {
  id: HookAgent
  label: string
  settingsPath(host: HookHost): string
  places: Record<HookFeature, Place>
  /** Its own tools that change files in place, as its hooks name them. */
  editTools: readonly string[]
  /** What has to stand beside the answer that holds a prompt back, so that the agent does not show or keep the prompt. */
  besideHeldPrompt: Record<string, unknown>
  /** What a person has to know besides; null when nothing. */
  note: string | null
}

/** What each feature is called and does, in the words of Settings. */
export const FEATURES: Record<HookFeature, { label: string; about: string }> = {
  brief: {
    label: 'Recovery brief after a compaction',
    about: 'Right after a compaction the agent is told what its own summary dropped, in at most 10,000 characters.',
  },
  snapshot: {
    label: 'Snapshot before a compaction',
    about: 'The agent says when it is about to compact, and everything up to there is kept and named.',
  },
  statusline: {
    label: 'Context gauge in the status line',
    about: 'One line in the agent’s own window: how full the context is and how many turns are left.',
  },
  'guard-prompts': {
    label: 'Guard for prompts',
    about:
      'A prompt that carries a secret is held back before it is sent, and you are told which kind it is and where.',
  },
  'guard-tools': {
    label: 'Guard for tool calls',
    about:
      'A tool call whose input carries a secret is refused, and the agent is told why. What an edit finds in the file, and what goes into a file for secrets such as .env, passes.',
  },
}

/** Never reached: Lossless answers within four seconds or not at all, and at once when it does not run. */
const TIMEOUT_SECONDS = 10

const afterCompaction: Place = {
  kind: 'hook',
  event: 'SessionStart',
  matcher: 'compact',
  timeoutSeconds: TIMEOUT_SECONDS,
}
const beforeCompaction: Place = {
  kind: 'hook',
  event: 'PreCompact',
  matcher: null,
  timeoutSeconds: TIMEOUT_SECONDS,
}
const beforePrompt: Place = {
  kind: 'hook',
  event: 'UserPromptSubmit',
  matcher: null,
  timeoutSeconds: TIMEOUT_SECONDS,
}
const beforeTool: Place = { kind: 'hook', event: 'PreToolUse', matcher: null, timeoutSeconds: TIMEOUT_SECONDS }
const guard = { 'guard-prompts': beforePrompt, 'guard-tools': beforeTool }

/** Agents in the order in which Settings shows them. */
export const HOOKED_AGENTS: readonly HookedAgent[] = [
  {
    id: 'claude-code',
    label: 'Claude Code',
    settingsPath: (host) => {
      const path = pathsOf(host)
      // A list is a custom of programs that read sessions; the agent itself knows one folder.
      const [stated = ''] = (host.env['CLAUDE_CONFIG_DIR'] ?? '').split(',')
      return path.join(path.resolve(host.homeDir, stated.trim() === '' ? '.claude' : stated.trim()), 'settings.json')
    },
    places: { brief: afterCompaction, snapshot: beforeCompaction, statusline: { kind: 'status-line' }, ...guard },
    editTools: ['Edit', 'MultiEdit', 'Write', 'NotebookEdit'],
    // Without this it repeats the prompt below the reason, on the screen and in the session's file.
    besideHeldPrompt: { hookSpecificOutput: { hookEventName: 'UserPromptSubmit', suppressOriginalPrompt: true } },
    note: null,
  },
  {
    id: 'codex',
    label: 'Codex CLI',
    settingsPath: (host) => {
      const path = pathsOf(host)
      const stated = host.env['CODEX_HOME'] ?? ''
      return path.join(path.resolve(host.homeDir, stated === '' ? '.codex' : stated), 'hooks.json')
    },
    places: {
      brief: afterCompaction,
      snapshot: beforeCompaction,
      statusline: { kind: 'none', reason: 'Codex shows no line of another program.' },
      ...guard,
    },
    editTools: ['apply_patch'],
    // It takes no answer with a field that it does not know.
    besideHeldPrompt: {},
    note: 'Codex runs a new hook only after it was trusted: it asks at the next start.',
  },
  {
    id: 'gemini-cli',
    label: 'Gemini CLI',
    settingsPath: (host) => {
      const path = pathsOf(host)
      const stated = host.env['GEMINI_CLI_HOME'] ?? ''
      return path.join(path.resolve(host.homeDir, stated), '.gemini', 'settings.json')
    },
    places: {
      brief: {
        kind: 'none',
        reason:
          'Gemini has no hook after a compression, and text that a hook gives it at the start makes prompts vanish from resumed sessions. Copy the brief and paste it instead.',
      },
      snapshot: {
        kind: 'none',
        reason: 'Gemini calls its hook before every answer of the model, not only before a compression.',
      },
      statusline: { kind: 'none', reason: 'Gemini shows no line of another program.' },
      'guard-prompts': { kind: 'none', reason: 'The guard knows Claude Code and Codex only.' },
      'guard-tools': { kind: 'none', reason: 'The guard knows Claude Code and Codex only.' },
    },
    editTools: [],
    besideHeldPrompt: {},
    note: null,
  },
]

/** The agent of an id, which always is one. */
export function hookedAgent(id: HookAgent): HookedAgent {
  const agent = HOOKED_AGENTS.find((known) => known.id === id)
  if (!agent) throw notFound('agent with hooks', id)
  return agent
}

function pathsOf(host: HookHost): typeof posix {
  return host.platform === 'win32' ? win32 : posix
}
