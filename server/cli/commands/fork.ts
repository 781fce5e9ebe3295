import { listCompactions } from '../../contract/compaction.ts'
import { forkSession } from '../../contract/fork.ts'
import { argument, isSet, show, textOption, type CliCommand, type Context, type Given } from '../command.ts'
import { CliError, EXIT_CODES } from '../exit-codes.ts'
import { findSession } from '../sessions.ts'
import { short } from '../tables.ts'

/** `lossless fork`: a new session that ends at an event. */
export const fork: CliCommand = {
  name: 'fork',
  args: '<session>',
  about: 'write a new session that ends at an event, and say how the agent resumes it',
  options: [
    ['--at <event>', 'the last event of the fork: its number or id'],
    ['--before-compaction', 'end right before the last compaction'],
    ['--dry-run', 'write nothing'],
  ],
  async run(context, given) {
    const { id: sessionId } = await findSession(context.call, argument(given, 0))
    const at = await cutOf(context, given, sessionId)
    const reply = await context.call(forkSession, {
      params: { sessionId },
      body: { at, dryRun: isSet(given, 'dryRun') },
    })
    show(context, reply, () =>
      [
        `${reply.changeId === null ? 'Would write' : 'Wrote'} ${reply.path} (${reply.lines} lines, up to event ${reply.endsAt}).`,
        ...reply.warnings,
        ...reply.alternatives.map((cut) => `Or --at ${cut.seq}: ${short(cut.text, 60)}. ${cut.reason}`),
        reply.resume.command,
      ].join('\n'),
    )
    return EXIT_CODES.done
  },
}

async function cutOf(context: Context, given: Given, sessionId: string): Promise<number | string> {
  const at = textOption(given, 'at')
  const isBefore = isSet(given, 'beforeCompaction')
  if ((at === undefined) === !isBefore) {
    throw new CliError(EXIT_CODES.usage, 'Say where the fork ends: either --at or --before-compaction.')
  }
  if (at !== undefined) return /^\d+$/.test(at) ? Number(at) : at
  const { items } = await context.call(listCompactions, { params: { sessionId } })
  const last = items.at(-1)
  if (last === undefined || last.seq === 0) {
    throw new CliError(EXIT_CODES.failed, 'This session has no compaction to go back before.')
  }
  return last.seq - 1
}
