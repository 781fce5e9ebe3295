import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { z } from 'zod'
import { DEFAULT_HANDOFF_BUDGET, handOffSession, HandoffTarget } from '../../contract/handoff.ts'
import { argument, countOption, isSet, show, textOption, type CliCommand } from '../command.ts'
import { CliError, EXIT_CODES } from '../exit-codes.ts'
import { findSession } from '../sessions.ts'

/** `lossless handoff`: a session goes on in another agent. */
export const handoff: CliCommand = {
  name: 'handoff',
  args: '<session>',
  about: 'let a session go on in another agent, and say what is lost and how it is resumed',
  options: [
    ['--to <agent>', 'the other agent, or `brief` for a text in Markdown'],
    ['--at <event>', 'the last event that is handed over: its number or id (default the end)'],
    ['--budget <tokens>', `at most so many tokens (default ${DEFAULT_HANDOFF_BUDGET})`],
    ['--out <file>', 'write a brief into a file instead of printing it'],
    ['--dry-run', 'write nothing'],
  ],
  async run(context, given) {
    const to = HandoffTarget.safeParse(textOption(given, 'to'))
    if (!to.success) throw new CliError(EXIT_CODES.usage, 'Say where the session goes: --to an agent, or --to brief.')
    const { id: sessionId } = await findSession(context.call, argument(given, 0))
    const at = textOption(given, 'at')
    const reply = await context.call(handOffSession, {
      params: { sessionId },
      body: {
        to: to.data,
        budget: countOption(given, 'budget', 200) ?? DEFAULT_HANDOFF_BUDGET,
        dryRun: isSet(given, 'dryRun'),
        ...(at === undefined ? {} : { at: /^\d+$/.test(at) ? Number(at) : at }),
      },
    })
    const out = textOption(given, 'out')
    if (out !== undefined && reply.text !== null) await writeFile(resolve(out), reply.text)
    show(context, reply, () => (reply.text !== null && out === undefined ? reply.text.trimEnd() : told(reply, out)))
    return EXIT_CODES.done
  },
}

function told(reply: z.infer<typeof handOffSession.reply>, out: string | undefined): string {
  const what = `${reply.prompts} prompts, ${reply.answers} answers, ${reply.calls} calls, ${reply.tokens} tokens`
  const place = reply.path ?? (out === undefined ? 'a brief' : resolve(out))
  return [
    `${reply.changeId === null && reply.form === 'session' ? 'Would write' : 'Wrote'} ${place} (${what}).`,
    ...reply.losses.map(({ text }) => `- ${text}`),
    ...reply.warnings,
    ...(reply.resume.command === null ? [] : [reply.resume.command]),
  ].join('\n')
}
