import { resolve } from 'node:path'
import { undoChange, type PlannedFile } from '../../contract/change.ts'
import { restoreSession, restoreSnapshot } from '../../contract/restore.ts'
import {
  argument,
  countOption,
  isSet,
  listOption,
  show,
  textOption,
  type CliCommand,
  type Context,
  type Given,
} from '../command.ts'
import { CliError, EXIT_CODES, type ExitCode } from '../exit-codes.ts'
import { findSession, findSessions } from '../sessions.ts'
import { bytes, table } from '../tables.ts'

/** `lossless restore`: shows what would be written, asks, and writes. */
export const restore: CliCommand = {
  name: 'restore',
  args: '[what]',
  about: 'put back a snapshot (its number) or a session, byte for byte, after showing the plan',
  options: [
    ['--session <session...>', 'of the snapshot, only these sessions'],
    ['--project <folder...>', 'of the snapshot, only these projects'],
    ['--to <folder>', 'into this folder, instead of where the files came from'],
    ['--generation <number>', 'of a session: the file before its n-th rewrite'],
    ['--newest', 'of a session: the newest state instead of the longest'],
    ['--skip-refused', 'write the others although some files are refused'],
    ['--dry-run', 'only show the plan'],
    ['--yes', 'write without asking'],
    ['--undo <change>', 'take back what an earlier restore or fork wrote'],
  ],
  async run(context, given) {
    const plan = await planner(context, given)
    if (isSet(given, 'dryRun')) return report(context, await plan(true))
    if (!isSet(given, 'yes')) {
      const planned = await plan(true)
      const refused = planned.files.some((file) => file.action === 'refused') && !isSet(given, 'skipRefused')
      const writes = planned.files.filter(isWrite).length
      if (refused || writes === 0 || context.isJson) return report(context, planned, context.isJson && writes > 0)
      context.err.write(`${describe(planned)}\n`)
      if (context.ask === undefined) {
        throw new CliError(EXIT_CODES.refused, 'Nothing was written: nobody is here to be asked. Give --yes.')
      }
      if (!(await context.ask(`Write ${writes} ${writes === 1 ? 'file' : 'files'}?`))) {
        throw new CliError(EXIT_CODES.refused, 'Nothing was written.')
      }
    }
    return report(context, await plan(false))
  },
}

/** What the three kinds of restore have in common. */
interface Plan {
  files: PlannedFile[]
  applied: boolean
  changeId?: number | null
  resume?: { command: string }[]
}

/** Calls the route that fits what was given; true asks for the plan only. */
async function planner(context: Context, given: Given): Promise<(dryRun: boolean) => Promise<Plan>> {
  const { call } = context
  const changeId = countOption(given, 'undo', 1)
  const what = argument(given, 0)
  if (changeId !== undefined) {
    if (what !== '') throw new CliError(EXIT_CODES.usage, 'Give either --undo or what to restore.')
    return (dryRun) => call(undoChange, { params: { changeId }, body: { dryRun } })
  }
  if (what === '') {
    throw new CliError(EXIT_CODES.usage, 'Say what to restore: the number of a snapshot, or a session.')
  }
  const to = textOption(given, 'to')
  const common = { skipRefused: isSet(given, 'skipRefused'), ...(to === undefined ? {} : { to: resolve(to) }) }
  if (/^\d{1,7}$/.test(what)) {
    const sessions = (await findSessions(call, listOption(given, 'session'))).map(({ id }) => id)
    const projects = listOption(given, 'project')
    const some = { ...(sessions.length > 0 ? { sessions } : {}), ...(projects.length > 0 ? { projects } : {}) }
    return (dryRun) =>
      call(restoreSnapshot, { params: { snapshotId: Number(what) }, body: { ...common, ...some, dryRun } })
  }
  const { id: sessionId } = await findSession(call, what)
  const generation = countOption(given, 'generation', 1)
  const state = { newest: isSet(given, 'newest'), ...(generation === undefined ? {} : { generation }) }
  return (dryRun) => call(restoreSession, { params: { sessionId }, body: { ...common, ...state, dryRun } })
}

function report(context: Context, plan: Plan, isUnanswered = false): ExitCode {
  show(context, plan, () => describe(plan))
  const isRefused = !plan.applied && plan.files.some((file) => file.action === 'refused')
  return isRefused || isUnanswered ? EXIT_CODES.refused : EXIT_CODES.done
}

function describe(plan: Plan): string {
  if (plan.files.length === 0) return 'There is nothing to restore.'
  const rows = plan.files.map((file) => [
    file.action,
    file.bytesBefore === null ? '' : bytes(file.bytesBefore),
    file.bytesAfter === null ? '' : bytes(file.bytesAfter),
    file.path,
  ])
  const lines = [
    table(
      [{ title: 'action' }, { title: 'now', align: 'right' }, { title: 'then', align: 'right' }, { title: 'file' }],
      rows,
    ),
  ]
  for (const { path, reason } of plan.files) if (reason !== undefined) lines.push(`${path}: ${reason}`)
  if (plan.applied) {
    const written = plan.files.filter(isWrite).length
    const undo = plan.changeId == null ? '' : ` “lossless restore --undo ${plan.changeId}” takes it back.`
    lines.push(`${written} ${written === 1 ? 'file was' : 'files were'} written.${undo}`)
    for (const { command } of plan.resume ?? []) lines.push(command)
  }
  return lines.join('\n')
}

function isWrite(file: PlannedFile): boolean {
  return file.action === 'create' || file.action === 'replace' || file.action === 'delete'
}
