import { redactSessions, type RedactionFile, type RedactionScope } from '../../contract/redactions.ts'
import { listSecrets } from '../../contract/secrets.ts'
import type { ReplyOf } from '../call.ts'
import { argument, isSet, listOption, show, textOption, type CliCommand, type Context, type Given } from '../command.ts'
import { CliError, EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { findSession } from '../sessions.ts'
import { table } from '../tables.ts'

type Reply = ReplyOf<typeof redactSessions>

/** `lossless redact`: shows what would be taken out of a session, asks, and takes it out. */
export const redact: CliCommand = {
  name: 'redact',
  args: '<session>',
  about: 'take secrets out of a session: of the agent’s own files and of what is kept of them, after showing the plan',
  options: [
    ['--secret <mark...>', 'only these secrets, each by its mark or the tag in it'],
    ['--keep <mark...>', 'secrets that stay'],
    ['--scope <scopes>', 'own, kept or own,kept (both, when left out)'],
    ['--before <what>', 'keep: it can be undone (when left out); none: what was there is gone for good'],
    ['--skip-refused', 'redact the other files although some are refused'],
    ['--dry-run', 'only show the plan'],
    ['--yes', 'redact without asking'],
  ],
  async run(context, given) {
    const { id } = await findSession(context.call, argument(given, 0))
    const body = await bodyOf(context, given, id)
    const plan = (dryRun: boolean, shown?: string) =>
      context.call(redactSessions, { body: { ...body, dryRun, ...(shown === undefined ? {} : { plan: shown }) } })
    const canUndo = body.before === 'keep'
    if (isSet(given, 'dryRun')) return report(context, await plan(true), { canUndo })
    if (isSet(given, 'yes')) return report(context, await plan(false), { canUndo })
    const planned = await plan(true)
    const writes = planned.files.filter(({ action }) => action === 'replace').length
    const isRefused = hasRefused(planned) && !body.skipRefused
    if (isRefused || writes === 0 || context.isJson)
      return report(context, planned, { canUndo, isUnanswered: context.isJson && writes > 0 })
    context.err.write(`${describe(planned, canUndo)}\n`)
    if (context.ask === undefined) {
      throw new CliError(EXIT_CODES.refused, 'Nothing was changed: nobody is here to be asked. Give --yes.')
    }
    const forGood = body.before === 'none' ? ' for good: this cannot be undone' : ''
    if (!(await context.ask(`Take ${countOf(takenIn(planned), 'secret')} out${forGood}?`))) {
      throw new CliError(EXIT_CODES.refused, 'Nothing was changed.')
    }
    return report(context, await plan(false, planned.plan), { canUndo })
  },
}

async function bodyOf(context: Context, given: Given, sessionId: string) {
  const before = textOption(given, 'before') ?? 'keep'
  if (before !== 'keep' && before !== 'none') {
    throw new CliError(EXIT_CODES.usage, `--before must be keep or none, not “${before}”.`)
  }
  const [secrets, keep] = [listOption(given, 'secret'), listOption(given, 'keep')]
  const idOf = secrets.length + keep.length === 0 ? () => 0 : await marksIn(context, sessionId)
  return {
    sessions: [sessionId],
    scopes: scopesIn(textOption(given, 'scope') ?? 'own,kept'),
    choice: { keep: keep.map(idOf), ...(secrets.length === 0 ? {} : { only: secrets.map(idOf) }) },
    before: before as 'keep' | 'none',
    skipRefused: isSet(given, 'skipRefused'),
  }
}

function scopesIn(text: string): RedactionScope[] {
  const scopes = text.split(',').map((word) => word.trim())
  return scopes.map((scope) => {
    if (scope === 'own' || scope === 'kept') return scope
    throw new CliError(EXIT_CODES.usage, `--scope must be own, kept or own,kept, not “${text}”.`)
  })
}

/** Finds ids of a session's secrets by marks, or by the tags in them. */
async function marksIn({ call }: Context, session: string): Promise<(mark: string) => number> {
  const byMark = new Map<string, number>()
  let cursor: string | undefined
  do {
    const page = await call(listSecrets, { query: { session, limit: 500, ...(cursor ? { cursor } : {}) } })
    for (const { placeholder, id } of page.items) {
      byMark.set(placeholder, id)
      byMark.set(placeholder.slice(placeholder.lastIndexOf(':') + 1, -1), id)
    }
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return (mark) => {
    const id = byMark.get(mark)
    if (id === undefined) throw new CliError(EXIT_CODES.usage, `No secret of this session has the mark “${mark}”.`)
    return id
  }
}

function report(
  context: Context,
  reply: Reply,
  { canUndo, isUnanswered = false }: { canUndo: boolean; isUnanswered?: boolean },
): ExitCode {
  show(context, reply, () => describe(reply, canUndo))
  return (!reply.applied && hasRefused(reply)) || isUnanswered ? EXIT_CODES.refused : EXIT_CODES.done
}

function describe(reply: Reply, canUndo: boolean): string {
  const { files, preview, applied, redactionId } = reply
  if (files.length === 0) return 'There is nothing to take out.'
  const rows = preview.secrets
    .filter(({ isTakenOut }) => isTakenOut)
    .map((secret) => [secret.placeholder, secret.label, secret.hint, String(secret.hits)])
  const lines = [
    table([{ title: 'secret' }, { title: 'kind' }, { title: 'looks like' }, { title: 'places', align: 'right' }], rows),
    '',
    filesTable(files),
  ]
  if (preview.left.length > 0)
    lines.push(`${countOf(preview.left.length, 'string')} could not be looked at, or must stay as the agent wrote it.`)
  if (applied) {
    lines.push(`${countOf(takenIn(reply), 'secret')} taken out.`)
    if (redactionId !== null && canUndo)
      lines.push(`“lossless redactions undo ${redactionId}” puts back what was kept.`)
  }
  return lines.join('\n')
}

/** Files of a redaction, with the reasons against those that are refused. */
export function filesTable(files: readonly RedactionFile[]): string {
  const where = { own: 'agent’s file', kept: 'kept copy' }
  const rows = files.map(({ action, scope, changedLines, path }) => [
    action,
    where[scope],
    changedLines === 0 ? '' : String(changedLines),
    path,
  ])
  const columns = [
    { title: 'action' },
    { title: 'where' },
    { title: 'lines', align: 'right' as const },
    { title: 'file' },
  ]
  const reasons = files.flatMap(({ path, reason }) => (reason === undefined ? [] : [`${path}: ${reason}`]))
  return [table(columns, rows), ...reasons].join('\n')
}

function takenIn({ preview }: Reply): number {
  return preview.secrets.filter(({ isTakenOut }) => isTakenOut).length
}

function hasRefused({ files }: Reply): boolean {
  return files.some(({ action }) => action === 'refused')
}

function countOf(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
