import { createSnapshot, listSnapshots, type Snapshot, type SnapshotScope } from '../../contract/snapshots.ts'
import {
  countOption,
  isSet,
  listOption,
  show,
  textOption,
  type CliCommand,
  type Context,
  type Given,
} from '../command.ts'
import { CliError, EXIT_CODES } from '../exit-codes.ts'
import { findSessions } from '../sessions.ts'
import { bytes, localTime, short, table } from '../tables.ts'
import { resolve } from 'node:path'

/** `lossless snapshot`: names this moment, or lists the named ones. */
export const snapshot: CliCommand = {
  name: 'snapshot',
  args: '',
  about: 'keep what is new in the agents’ files now and name the moment; or list the moments',
  options: [
    ['--all', 'of everything, as when no scope is given'],
    ['--session <session...>', 'only of these sessions'],
    ['--project <folder...>', 'only of these projects'],
    ['--label <text>', 'a name for it; labelled snapshots never go by themselves'],
    ['--list', 'list snapshots instead'],
    ['--limit <number>', 'with --list: at most so many (default 20)'],
  ],
  async run(context, given) {
    if (isSet(given, 'list')) return list(context, given)
    const label = textOption(given, 'label')
    const scope = await scopeOf(context, given)
    const taken = await context.call(createSnapshot, { body: { scope, ...(label === undefined ? {} : { label }) } })
    show(
      context,
      taken,
      () =>
        `Snapshot ${taken.id}: ${taken.sessions} sessions, ${taken.sources} files, ${bytes(taken.rawBytes)}; ` +
        `${bytes(taken.changedBytes)} new since the one before.`,
    )
    return EXIT_CODES.done
  },
}

async function scopeOf(context: Context, given: Given): Promise<SnapshotScope> {
  const sessions = listOption(given, 'session')
  const projects = listOption(given, 'project')
  const kinds = [isSet(given, 'all'), sessions.length > 0, projects.length > 0].filter(Boolean)
  if (kinds.length > 1) {
    throw new CliError(EXIT_CODES.usage, 'Give only one of --all, --session and --project.')
  }
  if (sessions.length > 0) return { sessions: (await findSessions(context.call, sessions)).map(({ id }) => id) }
  // A project may be named as its sessions know it, on another machine: only what is relative is made whole.
  if (projects.length > 0) return { projects: projects.map((path) => (path.startsWith('.') ? resolve(path) : path)) }
  return { all: true }
}

async function list(context: Context, given: Given): Promise<0> {
  const reply = await context.call(listSnapshots, { query: { limit: countOption(given, 'limit', 1) ?? 20 } })
  show(context, reply, () => {
    if (reply.items.length === 0) return 'There is no snapshot yet. “lossless snapshot” takes one.'
    const columns = [
      { title: 'snapshot', align: 'right' as const },
      { title: 'taken' },
      { title: 'reason' },
      { title: 'files', align: 'right' as const },
      { title: 'bytes', align: 'right' as const },
      { title: 'what' },
    ]
    return table(columns, reply.items.map(rowOf))
  })
  return EXIT_CODES.done
}

function rowOf(one: Snapshot): string[] {
  return [
    String(one.id),
    localTime(one.at),
    one.reason,
    String(one.sources),
    bytes(one.rawBytes),
    short(one.label ?? one.cause ?? '', 70),
  ]
}
