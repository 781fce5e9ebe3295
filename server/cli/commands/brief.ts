import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { writeBrief } from '../../contract/compaction.ts'
import { argument, countOption, show, textOption, type CliCommand } from '../command.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { findSession } from '../sessions.ts'

/** `lossless brief`: what a compaction dropped, as Markdown for the agent. */
export const brief: CliCommand = {
  name: 'brief',
  args: '<session>',
  about: 'write a recovery brief in Markdown from what the last compaction dropped',
  options: [
    ['--compaction <event>', 'another compaction: number or id of its event'],
    ['--budget <tokens>', 'at most so many tokens (default 2000)'],
    ['--out <file>', 'write it into a file instead of printing it'],
  ],
  async run(context, given) {
    const { id: sessionId } = await findSession(context.call, argument(given, 0))
    const compaction = textOption(given, 'compaction')
    const budget = countOption(given, 'budget', 100) ?? 2000
    const at =
      compaction === undefined ? {} : { compaction: /^\d+$/.test(compaction) ? Number(compaction) : compaction }
    const reply = await context.call(writeBrief, { params: { sessionId }, body: { budget, ...at } })
    const out = textOption(given, 'out')
    if (out !== undefined) await writeFile(resolve(out), `${reply.text.trimEnd()}\n`)
    show(context, reply, () =>
      out === undefined ? reply.text.trimEnd() : `Wrote ${resolve(out)} (${reply.tokens} tokens).`,
    )
    return EXIT_CODES.done
  },
}
