import { setTimeout as sleep } from 'node:timers/promises'
import { getVerify, startVerify, type VerifyReport } from '../../contract/snapshots.ts'
import { show, type CliCommand } from '../command.ts'
import { EXIT_CODES } from '../exit-codes.ts'
import { bytes } from '../tables.ts'

/** How often the progress is asked for, in milliseconds. */
const EVERY = 200

/** `lossless verify`: reads everything that was kept and checks every hash. */
export const verify: CliCommand = {
  name: 'verify',
  args: '',
  about: 'read the whole vault, check every hash, and name what is damaged',
  options: [],
  async run(context) {
    let report = await context.call(startVerify, { body: { wait: false } })
    while (report.state === 'running') {
      await sleep(EVERY)
      report = await context.call(getVerify)
    }
    show(context, report, () => describe(report))
    return report.state === 'done' && report.damage.length === 0 ? EXIT_CODES.done : EXIT_CODES.failed
  },
}

function describe(report: VerifyReport): string {
  if (report.state !== 'done') return 'The check was ended before it was through.'
  const read = `${bytes(report.bytesTotal)} in ${report.sources} files were read`
  if (report.damage.length === 0) return `${read}: every byte is as it was kept.`
  const places = report.damage.map(
    (one) =>
      `${one.sourcePath}, from byte ${one.offset} on ${one.bytes} bytes (generation ${one.generation}): ${one.reason}`,
  )
  return [`${read}; damaged:`, ...places].join('\n')
}
