import { forgetRedacted, listRedactions, undoRedaction, type Redaction } from '../../contract/redactions.ts'
import { argument, isSet, show, type CliCommand, type Context } from '../command.ts'
import { CliError, EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { localTime, short, table } from '../tables.ts'
import { filesTable } from './redact.ts'

/** `lossless redactions`: what was taken out of sessions, putting it back, or letting go of what that would need. */
export const redactions: CliCommand = {
  name: 'redactions',
  args: '[what] [number]',
  about: 'list what was taken out of sessions (list), put it back (undo), or delete what that would need (forget)',
  options: [
    ['--dry-run', 'of undo: only show what would be put back'],
    ['--yes', 'of forget: without asking'],
  ],
  async run(context, given) {
    const what = argument(given, 0) || 'list'
    if (what === 'list') return list(context)
    if (what !== 'undo' && what !== 'forget') {
      throw new CliError(EXIT_CODES.usage, `Say list, undo or forget, not “${what}”.`)
    }
    const number = argument(given, 1)
    if (!/^\d{1,9}$/.test(number)) {
      throw new CliError(EXIT_CODES.usage, `Give the number of a redaction: “lossless redactions” lists them.`)
    }
    return what === 'undo'
      ? undo(context, Number(number), isSet(given, 'dryRun'))
      : forget(context, Number(number), isSet(given, 'yes'))
  },
}

async function list(context: Context): Promise<ExitCode> {
  const reply = await context.call(listRedactions)
  show(context, reply, () => {
    if (reply.items.length === 0) return 'Nothing was taken out of a session yet.'
    const columns = [{ title: 'number' }, { title: 'when' }, { title: 'secrets', align: 'right' as const }]
    return table(
      [...columns, { title: 'out of' }, { title: 'state' }, { title: 'what' }],
      reply.items.map((one) => [
        String(one.id),
        localTime(one.at),
        String(one.secrets),
        one.scopes.join(','),
        stateOf(one),
        short(one.title, 60),
      ]),
    )
  })
  return EXIT_CODES.done
}

function stateOf({ state, canUndo }: Redaction): string {
  if (state === 'undone') return 'undone'
  return canUndo ? 'can be undone' : 'for good'
}

async function undo(context: Context, redactionId: number, dryRun: boolean): Promise<ExitCode> {
  const reply = await context.call(undoRedaction, { params: { redactionId }, body: { dryRun } })
  show(context, reply, () =>
    [filesTable(reply.files), ...(reply.applied ? ['The files are as they were.'] : [])].join('\n'),
  )
  const isRefused = reply.files.some(({ action }) => action === 'refused')
  return !reply.applied && isRefused ? EXIT_CODES.refused : EXIT_CODES.done
}

async function forget(context: Context, redactionId: number, isSure: boolean): Promise<ExitCode> {
  if (!isSure) {
    if (context.ask === undefined) {
      throw new CliError(EXIT_CODES.refused, 'Nothing was deleted: nobody is here to be asked. Give --yes.')
    }
    if (!(await context.ask('Delete what an undo would need? This cannot be undone.'))) {
      throw new CliError(EXIT_CODES.refused, 'Nothing was deleted.')
    }
  }
  const reply = await context.call(forgetRedacted, { params: { redactionId } })
  show(context, reply, () => `No byte of the values of “${reply.title}” is left here.`)
  return EXIT_CODES.done
}
