import { bash, edit, read, todo, write } from './calls.ts'
import { testRun } from './harbor-files.ts'
import { progress } from './harbor-versions.ts'
import type { Recorder, SubagentFiles } from './recorder.ts'

const foldFile = `import type { BookingEvent } from './log.ts'

/** A booking as the events add up to it. */
export interface Booking {
  id: string
  berth: string
  vessel: string
  from: string
  to: string
  /** Number of the event that changed it last, counted from 1. */
  version: number
}

/** Folds events to the bookings that stand now, by id. */
export function fold(events: BookingEvent[]): Map<string, Booking> {
  const bookings = new Map<string, Booking>()
  for (const [index, event] of events.entries()) {
    switch (event.kind) {
      case 'booked':
        bookings.set(event.id, { ...event, version: index })
        break
      case 'moved': {
        const booking = bookings.get(event.id)
        if (booking) bookings.set(event.id, { ...booking, ...event, version: index })
        break
      }
      case 'cancelled':
        bookings.delete(event.id)
    }
  }
  return bookings
}
`

/** Folding events to bookings; a sub-agent writes the tests and finds a mistake. */
export function foldBookings(s: Recorder): SubagentFiles {
  s.turn({ do: [write('src/fold.ts', foldFile)] })
  const files = s.delegate(
    {
      description: 'Write tests for fold',
      agentType: 'general-purpose',
      prompt:
        'Write test/fold.test.ts for src/fold.ts in /home/ada/code/harbor. Cover booked, moved, cancelled, events for an unknown id, and the version number. Report anything that looks wrong; do not change src.',
      report:
        'I wrote `test/fold.test.ts` with five tests. Four pass. One shows a mistake: `version` is counted from 0, while its comment says from 1. I changed nothing in `src`.',
    },
    (agent) => {
      agent.turn({ do: [read('src/fold.ts'), read('src/log.ts')] })
      agent.turn({
        do: [
          write(
            'test/fold.test.ts',
            `import { expect, test } from 'vitest'
import { fold } from '../src/fold.ts'

const booked = { kind: 'booked', id: 'b1', berth: 'north-1', vessel: 'Elida', from: '2026-11-02', to: '2026-11-04' } as const

test('a booked stay stands', () => {
  expect(fold([booked]).get('b1')?.berth).toBe('north-1')
})

test('a moved stay keeps its vessel', () => {
  const moved = { kind: 'moved', id: 'b1', berth: 'south-2', from: '2026-11-03', to: '2026-11-05' } as const
  expect(fold([booked, moved]).get('b1')).toMatchObject({ vessel: 'Elida', berth: 'south-2' })
})

test('a cancelled stay is gone', () => {
  expect(fold([booked, { kind: 'cancelled', id: 'b1' }]).size).toBe(0)
})

test('moving what was never booked changes nothing', () => {
  expect(fold([{ kind: 'moved', id: 'b9', berth: 'south-2', from: '2026-11-03', to: '2026-11-05' }]).size).toBe(0)
})

test('the version is the number of the last event', () => {
  expect(fold([booked]).get('b1')?.version).toBe(1)
})
`,
          ),
        ],
      })
      agent.turn({
        do: [
          bash('npx vitest run test/fold.test.ts', 'Run the new tests', {
            exit: 1,
            output: `${testRun([['fold', 5, 'the version is the number of the last event']])}\n\nAssertionError: expected +0 to be 1`,
          }),
        ],
      })
    },
  )
  s.turn({
    say: 'The sub-agent found a real mistake: versions start at 0.',
    do: [
      edit(
        'src/fold.ts',
        'bookings.set(event.id, { ...event, version: index })',
        'bookings.set(event.id, { ...event, version: index + 1 })',
      ),
      edit(
        'src/fold.ts',
        '...event, version: index })\n        break\n      }',
        '...event, version: index + 1 })\n        break\n      }',
      ),
    ],
  })
  s.turn({
    do: [
      bash('npm test', 'Run the tests', {
        output: testRun([
          ['bookings', 1],
          ['fold', 5],
          ['log', 3],
        ]),
      }),
    ],
  })
  s.turn({ do: [todo(progress(1), progress(2))] })
  return files
}

/** Half-open stays, with the test first wrong. */
export function overlaps(s: Recorder): void {
  s.turn({
    do: [
      write(
        'src/overlap.ts',
        `/** A stay from the day of arrival to the day of departure. */
export interface Stay {
  from: string
  to: string
}

/** True when both stays need the berth at the same time. */
export function overlap(one: Stay, other: Stay): boolean {
  return one.from <= other.to && one.to >= other.from
}
`,
      ),
      write(
        'test/overlap.test.ts',
        `import { expect, test } from 'vitest'
import { overlap } from '../src/overlap.ts'

const stay = (from: number, to: number) => ({ from: \`2026-11-\${String(from).padStart(2, '0')}\`, to: \`2026-11-\${String(to).padStart(2, '0')}\` })

test.each([
  [stay(2, 4), stay(3, 5), true],
  [stay(2, 9), stay(4, 5), true],
  [stay(2, 4), stay(4, 6), false],
  [stay(2, 4), stay(6, 8), false],
])('%o and %o: %s', (one, other, expected) => {
  expect(overlap(one, other)).toBe(expected)
  expect(overlap(other, one)).toBe(expected)
})
`,
      ),
    ],
  })
  s.turn({
    do: [
      bash('npx vitest run test/overlap.test.ts', 'Run the overlap tests', {
        exit: 1,
        output: `${testRun([['overlap', 4, "{ from: '2026-11-02', to: '2026-11-04' } and { from: '2026-11-04', … }: false"]])}\n\nAssertionError: expected true to be false`,
      }),
    ],
  })
  s.turn({
    say: 'As expected: leaving and arriving on one day still collides. Stays are half-open.',
    do: [
      edit(
        'src/overlap.ts',
        '  return one.from <= other.to && one.to >= other.from\n',
        '  return one.from < other.to && other.from < one.to\n',
      ),
      edit(
        'src/overlap.ts',
        '/** True when both stays need the berth at the same time. */',
        '/** True when both need the berth at once. Leaving and arriving on one day is no overlap. */',
      ),
    ],
  })
  s.turn({
    do: [
      bash('npm test', 'Run the tests', {
        output: testRun([
          ['bookings', 1],
          ['fold', 5],
          ['log', 3],
          ['overlap', 4],
        ]),
      }),
    ],
  })
  s.turn({ do: [todo(progress(2), progress(3))] })
}
