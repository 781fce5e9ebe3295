import { setTimeout as sleep } from 'node:timers/promises'
import { getElsewhere, searchElsewhere } from '../../contract/elsewhere.ts'
import {
  getSecret,
  getSecretReport,
  listSecrets,
  SecretState,
  setSecretState,
  type Secret,
} from '../../contract/secrets.ts'
import { argument, isSet, show, textOption, type CliCommand, type Context, type Given } from '../command.ts'
import { CliError, EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import type { ReplyOf } from '../call.ts'
import { localTime, short, table } from '../tables.ts'

/** How often the progress of a search is asked for, in milliseconds. */
const EVERY = 300

/** `lossless secrets`: the secrets that stand in sessions, what was decided about them, and where else they stand. */
export const secrets: CliCommand = {
  name: 'secrets',
  args: '[action] [secret]',
  about:
    'list secrets, “show” one, say that one is to “ignore”, was “rotated” or is “open” again, or “report” what leaks where',
  options: [
    ['--state <state>', 'list: only open, ignored, redacted or rotated ones'],
    ['--reason <text>', 'ignore: why it can be ignored'],
    ['--search', 'report: search other places on disk for known values first'],
  ],
  async run(context, given) {
    const action = argument(given, 0) || 'list'
    switch (action) {
      case 'list':
        return list(context, given)
      case 'report':
        return report(context, isSet(given, 'search'))
      case 'show':
        return showOne(context, await find(context, argument(given, 1)))
      case 'ignore':
        return decide(context, given, 'ignored')
      case 'rotated':
        return decide(context, given, 'rotated')
      case 'open':
        return decide(context, given, 'open')
    }
    throw new CliError(
      EXIT_CODES.usage,
      `There is no “lossless secrets ${action}”. Give list, show, ignore, rotated, open or report.`,
    )
  },
}

async function list(context: Context, given: Given): Promise<ExitCode> {
  const items = await all(context, stateOf(given))
  show(context, { items }, () => (items.length === 0 ? 'No secret fits.' : tableOf(items)))
  return EXIT_CODES.done
}

function stateOf(given: Given): SecretState | undefined {
  const text = textOption(given, 'state')
  if (text === undefined) return undefined
  const state = SecretState.safeParse(text)
  if (state.success) return state.data
  throw new CliError(EXIT_CODES.usage, `--state is open, ignored, redacted or rotated, not “${text}”.`)
}

async function showOne(context: Context, { id }: Secret): Promise<ExitCode> {
  const reply = await context.call(getSecret, { params: { secretId: id } })
  show(context, reply, () => {
    const { secret, places } = reply
    const facts = [
      `${secret.label}, ${secret.severity}, ${secret.tier}, ${secret.state}${secret.reason ? `: ${secret.reason}` : ''}`,
      `${secret.placeholder}  ${secret.hint}`,
      `${secret.advice.text}${secret.advice.url ? ` ${secret.advice.url}` : ''}`,
    ]
    const rows = places.items.map((place) => [place.sessionId, String(place.seq ?? ''), short(place.excerpt, 80)])
    return `${facts.join('\n')}\n\n${table([{ title: 'session' }, { title: 'event', align: 'right' }, { title: 'where' }], rows)}`
  })
  return EXIT_CODES.done
}

async function decide(context: Context, given: Given, state: 'open' | 'ignored' | 'rotated'): Promise<ExitCode> {
  const { id } = await find(context, argument(given, 1))
  const reason = state === 'ignored' ? (textOption(given, 'reason') ?? null) : null
  const secret = await context.call(setSecretState, { params: { secretId: id }, body: { state, reason } })
  show(context, secret, () => `${secret.label} ${secret.placeholder} is ${secret.state} now.`)
  return EXIT_CODES.done
}

async function report(context: Context, isSearching: boolean): Promise<ExitCode> {
  let elsewhere = isSearching ? await context.call(searchElsewhere) : await context.call(getElsewhere)
  while (isSearching && elsewhere.state === 'running') {
    await sleep(EVERY)
    elsewhere = await context.call(getElsewhere)
  }
  const { rows, rotateFirst } = await context.call(getSecretReport)
  show(context, { rows, rotateFirst, elsewhere }, () => {
    if (rows.length === 0) return 'No secret stands in a session.'
    return [
      table(
        [
          { title: 'project' },
          { title: 'agent' },
          { title: 'worst' },
          { title: 'open', align: 'right' },
          { title: 'secrets', align: 'right' },
          { title: 'sessions', align: 'right' },
        ],
        rows.map((row) => [
          row.project ?? '(no project)',
          row.agent,
          row.worst,
          String(row.open),
          String(row.secrets),
          String(row.sessions),
        ]),
      ),
      rotateFirst.length === 0 ? 'Nothing is to be rotated.' : `Rotate first:\n${tableOf(rotateFirst)}`,
      elsewhereText(elsewhere),
    ].join('\n\n')
  })
  return elsewhere.state === 'failed' ? EXIT_CODES.failed : EXIT_CODES.done
}

function elsewhereText({
  state,
  endedAt,
  places,
  secrets: named,
  files,
  isCapped,
}: ReplyOf<typeof getElsewhere>): string {
  if (state === 'never') return 'Other places on disk were not searched yet; --search does.'
  const ended = state === 'running' ? 'a search runs' : `searched ${localTime(endedAt)}`
  const sum = `Elsewhere on disk (${ended}, ${files} files${isCapped ? ', not all' : ''}):`
  if (places.length === 0) return `${sum} no known value.`
  const marks = new Map(named.map(({ id, placeholder }) => [id, placeholder]))
  const rows = places.map((one) => [`${one.path}:${one.line}`, String(one.count), marks.get(one.secretId) ?? ''])
  return `${sum}\n${table([{ title: 'place' }, { title: 'times', align: 'right' }, { title: 'secret' }], rows)}`
}

/** A secret by its number, its mark, or the tag in its mark. */
async function find(context: Context, name: string): Promise<Secret> {
  if (name === '') throw new CliError(EXIT_CODES.usage, 'Say which secret: its number, its mark or the tag in it.')
  const tag = /([A-Z2-7]{4,})\]?$/.exec(name)?.[1]
  const found = (await all(context, undefined)).filter(
    ({ id, placeholder }) =>
      String(id) === name || placeholder === name || (tag !== undefined && tagIn(placeholder) === tag),
  )
  const [one] = found
  if (one !== undefined && found.length === 1) return one
  throw new CliError(
    EXIT_CODES.failed,
    `There is no secret “${short(name, 80)}”. “lossless secrets” lists those that are here.`,
  )
}

function tagIn(placeholder: string): string | undefined {
  return placeholder.split(':').at(-1)?.replace(']', '')
}

async function all(context: Context, state: SecretState | undefined): Promise<Secret[]> {
  const items: Secret[] = []
  let cursor: string | undefined
  do {
    const query = { limit: 500, ...(state && { state }), ...(cursor && { cursor }) }
    const page = await context.call(listSecrets, { query })
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return items
}

function tableOf(items: readonly Secret[]): string {
  const columns = [
    { title: 'secret', align: 'right' as const },
    { title: 'severity' },
    { title: 'state' },
    { title: 'places', align: 'right' as const },
    { title: 'what' },
    { title: 'mark' },
  ]
  return table(
    columns,
    items.map(({ id, severity, state, places, label, placeholder }) => [
      ...[String(id), severity, state, String(places), short(label, 40), placeholder],
    ]),
  )
}
