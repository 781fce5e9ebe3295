import type { SessionDetail } from '../../contract/session.ts'
import { getEvent, getSession, listEvents } from '../../contract/sessions.ts'
import { argument, countOption, show as print, type CliCommand } from '../command.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { findSession } from '../sessions.ts'
import { bytes, localTime, oneLine, short, table } from '../tables.ts'

/** `lossless show`: one session, its files, or one of its events. */
export const show: CliCommand = {
  name: 'show',
  args: '<session>',
  about: 'show a session and the files that were kept of it; or its events',
  options: [
    ['--events <number>', 'list its last events, so many'],
    ['--event <seq>', 'show one event in full'],
  ],
  async run(context, given) {
    const { id: sessionId, events } = await findSession(context.call, argument(given, 0))
    const seq = countOption(given, 'event', 0)
    if (seq !== undefined) {
      const event = await context.call(getEvent, { params: { sessionId, seq } })
      print(context, event, () => event.text ?? JSON.stringify(event, null, 2))
      return EXIT_CODES.done
    }
    const count = countOption(given, 'events', 1)
    if (count !== undefined) {
      const query = { after: Math.max(-1, events - count - 1), limit: Math.min(count, 1000) }
      const page = await context.call(listEvents, { params: { sessionId }, query })
      print(context, page, () =>
        table(
          [{ title: 'seq', align: 'right' }, { title: 'time' }, { title: 'kind' }, { title: 'text' }],
          page.items.map((event) => [
            String(event.seq),
            localTime(event.at),
            event.kind,
            short(event.text ?? event.tool?.summary ?? '', 90),
          ]),
        ),
      )
      return EXIT_CODES.done
    }
    const session = await context.call(getSession, { params: { sessionId } })
    print(context, session, () => describe(session))
    return EXIT_CODES.done
  },
}

function describe(session: SessionDetail): string {
  const { context } = session
  const lines: [string, string][] = [
    ['session', session.id],
    ['title', oneLine(session.title)],
    ['project', session.localPath ?? session.projectPath ?? 'not known'],
    ['from', `${localTime(session.startedAt)} to ${localTime(session.endedAt)}${session.isLive ? ', runs now' : ''}`],
    ['models', session.models.join(', ')],
    ['prompts', `${session.prompts}, ${session.toolCalls} tool calls, ${session.compactions} compactions`],
    [
      'context',
      context === null ? 'not known' : `${context.used} of ${context.window} tokens${turns(context.turnsLeft)}`,
    ],
    ['changed', `${session.filesChanged} files, +${session.linesAdded} −${session.linesRemoved} lines`],
  ]
  const sources = table(
    [{ title: 'file' }, { title: 'state' }, { title: 'bytes', align: 'right' }, { title: 'rewrites', align: 'right' }],
    session.sources.map((source) => [
      source.path,
      source.state,
      bytes(source.bytes),
      String(Math.max(0, source.generations - 1)),
    ]),
  )
  return [...lines.map(([name, value]) => `${name.padEnd(9)}${value}`), '', sources].join('\n')
}

function turns(left: number | null | undefined): string {
  return left === null || left === undefined ? '' : `, about ${left} turns to compaction`
}
