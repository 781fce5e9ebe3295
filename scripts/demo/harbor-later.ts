import { bash, edit, grep, read } from './calls.ts'
import type { Recorder } from './recorder.ts'
import { testRun } from './harbor-files.ts'

/** A question that ends in a long answer and changes nothing. */
export function recordSlowStart(s: Recorder): void {
  s.prompt('Starting harbor takes 9 seconds on the port office machine since this week. Why? Do not change anything.')
  s.title('ai-title', 'Why harbor starts slowly')
  s.turn({ do: [read('src/log.ts'), read('src/fold.ts'), read('src/server.ts')] })
  s.turn({
    do: [
      bash('ls -la data && wc -l data/bookings.log', 'Look at the log', {
        output: 'total 88212\n-rw-r--r-- 1 ada ada 90326144 Nov 17 08:02 bookings.log\n612480 data/bookings.log',
      }),
      bash('sort data/bookings.log | uniq -c | sort -rn | head -2', 'Look for repeated lines', {
        output:
          ' 611902 {"kind":"moved","id":"7d0c6c1e","berth":"north-1","from":"2026-11-17","to":"2026-11-18"}\n      1 {"kind":"booked","id":"7d0c6c1e","berth":"north-1","vessel":"Elida","from":"2026-11-16","to":"2026-11-17"}',
      }),
      grep('setInterval', ['web/calendar.js:41:setInterval(() => save(current), 500)']),
    ],
  })
  s.turn({
    think: 'One page saves the current booking every half second whether or not anything changed. 611 902 events.',
    say: [
      '## Cause',
      '',
      'One open calendar page saves its booking **every 500 ms**, changed or not (`web/calendar.js:41`). Each save is an event:',
      '',
      '| | lines | share |',
      '|---|---:|---:|',
      '| `moved` of one booking, all equal | 611 902 | 99.9 % |',
      '| everything else | 578 | 0.1 % |',
      '',
      'At the start all 90 MB are read and folded. Folding is quick (0.4 s); `JSON.parse` of 612 480 lines is the rest.',
      '',
      '## What I would do',
      '',
      '1. Not append a `moved` that changes nothing. *Two lines in `moveBooking`.*',
      '2. Save in the page only when something changed.',
      '3. Clean the log once, keeping a copy:',
      '',
      '```sh',
      'cp data/bookings.log data/bookings.log.2026-11-17',
      'uniq data/bookings.log.2026-11-17 > data/bookings.log   # equal lines stand next to each other',
      '```',
      '',
      '> Versions are line numbers. After the clean-up every open page gets 409 once and has to be loaded again. Do it before the office opens.',
    ].join('\n'),
  })
  s.end()
}

/** A fix by a newer version of the agent, which also records what a formatter changed. */
export function recordIdleSaves(s: Recorder): void {
  s.prompt('Do 1 of your list from yesterday: a move that changes nothing must not be appended.')
  s.title('ai-title', 'Skip moves that change nothing')
  s.turn({ do: [read('src/bookings.ts'), read('test/bookings.test.ts')] })
  s.turn({
    say: 'Test first.',
    do: [
      edit(
        'test/bookings.test.ts',
        "import { expect, test } from 'vitest'\n",
        "import { readFileSync } from 'node:fs'\nimport { expect, test } from 'vitest'\n",
      ),
      edit(
        'test/bookings.test.ts',
        "  expect(move).toThrow('Load the page again')\n})\n",
        `  expect(move).toThrow('Load the page again')
})

test('a move that changes nothing is not written down', () => {
  const log = process.env.HARBOR_LOG ?? 'data/bookings.log'
  const stay = { berth: 'north-4', from: '2026-11-02', to: '2026-11-04' }
  const { body } = createBooking({ params: {}, body: { ...stay, vessel: 'Ragna' } })
  const { id, version } = body as { id: string; version: number }
  const before = readFileSync(log, 'utf8')
  expect(moveBooking({ params: { id }, body: { ...stay, version } }).status).toBe(200)
  expect(readFileSync(log, 'utf8')).toBe(before)
})
`,
      ),
    ],
  })
  s.turn({
    do: [
      bash('npx vitest run test/bookings.test.ts', 'Run the booking tests', {
        exit: 1,
        output: `${testRun([['bookings', 4, 'a move that changes nothing is not written down']])}\n\nAssertionError: expected '{"kind":"booked"…' to be '{"kind":"booked"…'`,
      }),
    ],
  })
  s.turn({
    do: [
      edit(
        'src/bookings.ts',
        '  bookings.delete(booking.id)\n',
        '  const isSame = berth===booking.berth && from===booking.from && to===booking.to\n  if (isSame) return { status: 200, body: booking }\n  bookings.delete(booking.id)\n',
      ),
    ],
  })
  s.turn({
    do: [bash('npx vitest run test/bookings.test.ts', 'Run the booking tests', { output: testRun([['bookings', 4]]) })],
  })
  const formatted = s.disk
    .get('/home/ada/code/harbor/src/bookings.ts')
    ?.replace(
      'berth===booking.berth && from===booking.from && to===booking.to',
      'berth === booking.berth && from === booking.from && to === booking.to',
    )
  s.turn({
    do: [
      bash('npm run format', 'Format', {
        output: 'src/bookings.ts 38ms\nsrc/fold.ts 12ms (unchanged)\nsrc/log.ts 9ms (unchanged)',
        recordsChanges: true,
        ...(formatted === undefined ? {} : { files: { 'src/bookings.ts': formatted } }),
      }),
    ],
  })
  s.turn({
    do: [
      bash('git commit -qam "Skip moves that change nothing" && git log --oneline -1', 'Commit', {
        output: '[main b81d4c7] Skip moves that change nothing\n 2 files changed, 14 insertions(+)',
      }),
    ],
  })
  s.turn({
    say: 'A move that changes nothing answers 200 and appends nothing; the test holds it. Committed as `b81d4c7`. The page itself still asks twice a second, that is point 2.',
  })
  s.end()
}
