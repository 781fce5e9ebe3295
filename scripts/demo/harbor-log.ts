import { bash, edit, grep, read, todo, write } from './calls.ts'
import { foldBookings, overlaps } from './harbor-fold.ts'
import { resources, testRun } from './harbor-files.ts'
import { addPaging, finish, typedErrors } from './harbor-routes.ts'
import { progress, versions } from './harbor-versions.ts'
import type { Recorder, SubagentFiles } from './recorder.ts'

/** The long session: bookings become an event log. Two compactions, a sub-agent, a rewind, a picture, a commit. */
export function recordEventLog(s: Recorder): SubagentFiles[] {
  const subagents: SubagentFiles[] = []
  understand(s)
  s.turn({ do: [todo([], progress(0))] })
  writeLog(s)
  subagents.push(foldBookings(s))
  overlaps(s)
  tryLocks(s)
  s.compact(
    'auto',
    [
      '## Asked for',
      'Bookings as an append-only event log, so that two clerks who save at once lose nothing.',
      '',
      '## Done',
      '- `src/log.ts`: append and read, one JSON object a line, torn last line tolerated',
      '- `src/fold.ts`: events to bookings, tests by a sub-agent',
      '- `src/overlap.ts`: half-open stays; leaving and arriving on one day is fine',
      '',
      '## Decided',
      '- No lock file: tried, and left after a rewind. The log line number is the version, a stale one is refused.',
      '',
      '## Next',
      'Versions in `src/bookings.ts`, then typed errors in all routes, then the calendar.',
    ].join('\n'),
  )
  s.density = 2.6
  versions(s)
  typedErrors(s)
  s.compact(
    'auto',
    [
      '## Done since the last summary',
      '- Bookings carry the version that they were read at; a stale one gets 409',
      '- `src/errors.ts` with `notFound`, `invalid`, `conflict`; all nine route files use it',
      '',
      '## Next',
      '- `src/server.ts` turns these errors into replies',
      '- Names overflow in the calendar (screenshot from Ada)',
      '- Commit',
    ].join('\n'),
  )
  addPaging(s)
  finish(s)
  return subagents
}

function understand(s: Recorder): void {
  s.prompt(
    'Two clerks lost bookings again yesterday because both had the page open. I want bookings as an append-only event log instead of one JSON file. Look around first and tell me what you would do, no changes yet.',
  )
  s.title('ai-title', 'Bookings as an append-only event log')
  s.turn({
    think: 'Start with the manifest, the store and the bookings module. They are small, so read them at once.',
    say: 'I will look at how bookings are stored and who writes them.',
    do: [read('package.json'), read('README.md'), read('src/store.ts'), read('src/bookings.ts')],
  })
  s.turn({ do: [read('src/router.ts'), read('src/server.ts'), read('test/bookings.test.ts')] })
  s.turn({
    do: [
      grep(
        'throw new Error',
        resources.map(({ many, one }) => `src/routes/${many}.ts:8:    throw new Error('${one} not found')`),
      ),
      bash('git log --oneline | head -5 && wc -l src/*.ts', 'Show history and sizes', {
        output:
          '8c1d0ae Harbour notices\n41b77f2 Tariffs in cents\n09d3e61 Cranes\nb5502aa Permits\n1f0c9d4 First bookings\n  29 src/bookings.ts\n  30 src/router.ts\n  17 src/server.ts\n  38 src/store.ts\n 114 total',
      }),
    ],
  })
  s.turn({
    think:
      'The store keeps all bookings in memory and writes the file whole. Two processes, or one process with two tabs that both hold an old copy, overwrite each other. moveBooking does not check overlaps at all. The overlap test uses <= on both sides, so leaving and arriving on the same day counts as taken.',
    say: [
      '## What happens today',
      '',
      '1. `store.save()` writes **the whole file** from memory. Whoever saves last wins.',
      '2. `PUT /bookings/:id` checks nothing: a booking can be moved onto another one.',
      '3. Stays are compared with `<=` on both sides, so a berth that is left on Tuesday cannot be taken on Tuesday.',
      '',
      '## What I would do',
      '',
      '| step | file | why |',
      '|---|---|---|',
      '| log of events | `src/log.ts` | appending never overwrites |',
      '| fold | `src/fold.ts` | bookings are what the events add up to |',
      '| overlap | `src/overlap.ts` | half-open stays, one place |',
      '| versions | `src/bookings.ts` | a stale page gets 409 instead of winning |',
      '',
      '```ts',
      'type BookingEvent =',
      "  | { kind: 'booked'; id: string; berth: string; vessel: string; from: string; to: string }",
      "  | { kind: 'moved'; id: string; berth: string; from: string; to: string }",
      "  | { kind: 'cancelled'; id: string }",
      '```',
      '',
      'While I am there: nine route files throw plain `Error`s that become **500**. I would give them typed errors last.',
    ].join('\n'),
  })
  s.end()
  s.wait(260)
  s.prompt('Good plan, also the errors. Go.')
}

const logFile = `import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** What can happen to a booking. */
export type BookingEvent =
  | { kind: 'booked'; id: string; berth: string; vessel: string; from: string; to: string }
  | { kind: 'moved'; id: string; berth: string; from: string; to: string }
  | { kind: 'cancelled'; id: string }

/** Appends one event as one line. */
export function append(file: string, event: BookingEvent): void {
  appendFileSync(file, JSON.stringify(event) + '\\n')
}

/** Reads all events in the order in which they happened. */
export function readAll(file: string): BookingEvent[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\\n')
    .map((line) => JSON.parse(line))
}
`

function writeLog(s: Recorder): void {
  s.turn({ say: 'First the log itself, with its test.', do: [write('src/log.ts', logFile)] })
  s.turn({
    do: [
      write(
        'test/log.test.ts',
        `import { appendFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { append, readAll } from '../src/log.ts'

const file = () => join(mkdtempSync(join(tmpdir(), 'log-')), 'bookings.log')

test('events come back in the order in which they were appended', () => {
  const log = file()
  append(log, { kind: 'booked', id: 'b1', berth: 'north-1', vessel: 'Elida', from: '2026-11-02', to: '2026-11-04' })
  append(log, { kind: 'cancelled', id: 'b1' })
  expect(readAll(log).map((event) => event.kind)).toEqual(['booked', 'cancelled'])
})

test('a missing log is empty', () => {
  expect(readAll(file())).toEqual([])
})

test('a torn last line is left for the next reader', () => {
  const log = file()
  append(log, { kind: 'cancelled', id: 'b1' })
  appendFileSync(log, '{"kind":"canc')
  expect(readAll(log)).toHaveLength(1)
})
`,
      ),
    ],
  })
  s.turn({
    do: [
      bash('npm test', 'Run the tests', {
        exit: 1,
        output: `${testRun([
          ['bookings', 1],
          ['log', 3, 'events come back in the order in which they were appended'],
        ])}\n\nSyntaxError: Unexpected end of JSON input\n ❯ src/log.ts:18:32`,
      }),
    ],
  })
  s.turn({
    think:
      'split leaves an empty string after the last line feed. And the torn line must be skipped only when it is the last one.',
    say: 'The last line feed leaves an empty piece, and a torn line must wait. Both belong in the reader.',
    do: [
      edit(
        'src/log.ts',
        "  return readFileSync(file, 'utf8')\n    .split('\\n')\n    .map((line) => JSON.parse(line))\n",
        "  const lines = readFileSync(file, 'utf8').split('\\n')\n  // What follows the last line feed is empty, or a line that is still being written.\n  lines.pop()\n  return lines.map((line) => JSON.parse(line) as BookingEvent)\n",
      ),
    ],
  })
  s.turn({
    do: [
      bash('npm test', 'Run the tests', {
        output: testRun([
          ['bookings', 1],
          ['log', 3],
        ]),
      }),
    ],
  })
  s.turn({ do: [todo(progress(0), progress(1))] })
}

/** A way that is tried and left: what it did to the disk is taken back by hand, the conversation goes back. */
function tryLocks(s: Recorder): void {
  s.turn({
    say: 'Log, fold and overlap stand and are tested. Next: two clerks at once. Shall I take a lock file or versions?',
  })
  s.end()
  const fork = s.mark()
  s.wait(90)
  s.prompt('Try the lock file, it sounds simpler.')
  s.turn({
    do: [
      write(
        'src/lock.ts',
        `import { openSync, unlinkSync, closeSync } from 'node:fs'

/** Runs work while nobody else does; throws when the lock is held. */
export function locked<T>(file: string, work: () => T): T {
  const handle = openSync(file + '.lock', 'wx')
  try {
    return work()
  } finally {
    closeSync(handle)
    unlinkSync(file + '.lock')
  }
}
`,
      ),
    ],
  })
  s.turn({
    do: [
      bash('node -e "process.kill(process.pid, 9)" ; ls data/*.lock', 'See what a crash leaves', {
        output: 'Killed\ndata/bookings.log.lock',
      }),
    ],
  })
  s.turn({
    think:
      'A crash leaves the lock behind and then nobody can book until someone deletes a file. And it does not help at all with a page that was loaded an hour ago.',
    say: 'A crash leaves the lock and nobody can book any more. It also does not help against a page that was opened an hour ago, which is **what really happened yesterday**. I would go back and use versions.',
  })
  s.turn({
    do: [bash('rm -f src/lock.ts data/bookings.log.lock', 'Remove the attempt', { files: { 'src/lock.ts': null } })],
  })
  s.rewind(fork)
  s.prompt('Versions, please. A stale page has to lose, with a message that says so.')
}
