import type { CliCommand } from './command.ts'
import { brief } from './commands/brief.ts'
import { exportSession } from './commands/export.ts'
import { fork } from './commands/fork.ts'
import { handoff } from './commands/handoff.ts'
import { importBundle } from './commands/import.ts'
import { redact } from './commands/redact.ts'
import { redactions } from './commands/redactions.ts'
import { restore } from './commands/restore.ts'
import { secrets } from './commands/secrets.ts'
import { sessions } from './commands/sessions.ts'
import { show } from './commands/show.ts'
import { snapshot } from './commands/snapshot.ts'
import { verify } from './commands/verify.ts'

/** Every command. A test holds that each stands in the README. Those without `run` are started by the launcher itself. */
export const COMMANDS: readonly CliCommand[] = [
  {
    name: 'serve',
    args: '',
    about: 'start Lossless; “lossless serve --help” lists its options',
    options: [],
    run: null,
  },
  sessions,
  show,
  snapshot,
  restore,
  fork,
  handoff,
  brief,
  verify,
  exportSession,
  importBundle,
  redact,
  redactions,
  secrets,
  {
    name: 'statusline',
    args: '[agent]',
    about: 'for Claude Code’s settings: one line with how full the context is, from the JSON on the standard input',
    options: [],
    run: null,
  },
  {
    name: 'hook',
    args: '[agent]',
    about: 'for agents’ settings: hand on what the agent says on the standard input, and print the answer',
    options: [],
    run: null,
  },
]
