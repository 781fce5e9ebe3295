import { AgentId } from '../../contract/agent.ts'
import { listSessions } from '../../contract/sessions.ts'
import { countOption, isSet, show, textOption, type CliCommand } from '../command.ts'
import { CliError, EXIT_CODES } from '../exit-codes.ts'
import { localTime, short, table } from '../tables.ts'

/** `lossless sessions`: which sessions there are. */
export const sessions: CliCommand = {
  name: 'sessions',
  args: '[words...]',
  about: 'list sessions, the last active first, whose title, project, branch or id has the words',
  options: [
    ['--project <folder>', 'only of this project'],
    ['--agent <agent>', 'only of this agent'],
    ['--live', 'only those that run now'],
    ['--limit <number>', 'at most so many (default 20)'],
  ],
  async run(context, given) {
    const agent = AgentId.optional().safeParse(textOption(given, 'agent'))
    if (!agent.success) {
      throw new CliError(EXIT_CODES.usage, `--agent must be one of ${AgentId.options.join(', ')}.`)
    }
    const project = textOption(given, 'project')
    const q = given.args.join(' ')
    const reply = await context.call(listSessions, {
      query: {
        limit: countOption(given, 'limit', 1) ?? 20,
        ...(agent.data === undefined ? {} : { agent: agent.data }),
        ...(project === undefined ? {} : { project }),
        ...(q === '' ? {} : { q }),
        ...(isSet(given, 'live') ? { live: 'true' as const } : {}),
      },
    })
    show(context, reply, () => {
      if (reply.items.length === 0) return 'No session fits.'
      const rows = reply.items.map((session) => [
        session.id,
        localTime(session.endedAt),
        session.isLive ? 'runs' : session.sourceState === 'present' ? '' : session.sourceState,
        session.context === null ? '' : `${Math.round((100 * session.context.used) / session.context.window)} %`,
        String(session.prompts),
        short(session.title, 60),
      ])
      const columns = [
        { title: 'session' },
        { title: 'last active' },
        { title: 'state' },
        { title: 'context', align: 'right' as const },
        { title: 'prompts', align: 'right' as const },
        { title: 'title' },
      ]
      return table(columns, rows) + (reply.nextCursor === null ? '' : '\n… and more: --limit shows them.')
    })
    return EXIT_CODES.done
  },
}
