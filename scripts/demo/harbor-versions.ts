import { bash, edit, read, todo, write } from './calls.ts'
import { testRun } from './harbor-files.ts'
import type { Recorder } from './recorder.ts'

const steps = [
  'Write the event log and its tests',
  'Fold events to bookings',
  'Refuse a booking that another one overlaps',
  'Make two clerks at once safe',
  'Typed errors in every route',
  'Fix the calendar, commit',
]

/** The list of things to do with the first `done` of them ticked and the next in work. */
export const progress = (done: number): string[] =>
  steps.map((step, index) => `${index < done ? '[x]' : index === done ? '[>]' : '[ ]'} ${step}`)

/** Two clerks at once: a change must name the version that it was made on. */
export function versions(s: Recorder): void {
  s.turn({ do: [read('src/bookings.ts'), read('src/fold.ts')] })
  s.turn({
    do: [
      write(
        'src/errors.ts',
        `/** An error that a caller can do something about. */
export class HarborError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const notFound = (kind: string, id = ''): HarborError => new HarborError(404, \`There is no \${kind} \${id}.\`)

export const invalid = (field: string, rule: string): HarborError => new HarborError(400, \`\${field} must be \${rule}.\`)

export const conflict = (message: string): HarborError => new HarborError(409, message)
`,
      ),
    ],
  })
  s.turn({
    think:
      'createBooking: fold, check overlap among the same berth, append. moveBooking: find, compare version, check overlap with all others, append.',
    do: [
      write(
        'src/bookings.ts',
        `import { randomUUID } from 'node:crypto'
import { conflict, notFound } from './errors.ts'
import { fold, type Booking } from './fold.ts'
import { append, readAll } from './log.ts'
import { overlap, type Stay } from './overlap.ts'
import type { Reply, Request } from './router.ts'

const file = process.env.HARBOR_LOG ?? 'data/bookings.log'

/** POST /bookings */
export function createBooking(request: Request): Reply {
  const { berth, vessel, from, to } = request.body as unknown as Booking
  const bookings = fold(readAll(file))
  refuseOverlap(bookings, berth, { from, to })
  const id = randomUUID()
  append(file, { kind: 'booked', id, berth, vessel, from, to })
  return { status: 201, body: fold(readAll(file)).get(id) }
}

/** PUT /bookings/:id */
export function moveBooking(request: Request): Reply {
  const { berth, from, to, version } = request.body as unknown as Booking
  const bookings = fold(readAll(file))
  const booking = bookings.get(request.params.id)
  if (!booking) throw notFound('booking', request.params.id)
  if (version !== booking.version) throw conflict('Somebody else moved this booking. Load the page again.')
  refuseOverlap(bookings, berth, { from, to })
  append(file, { kind: 'moved', id: booking.id, berth, from, to })
  return { status: 200, body: fold(readAll(file)).get(booking.id) }
}

function refuseOverlap(bookings: Map<string, Booking>, berth: string, stay: Stay): void {
  for (const other of bookings.values()) {
    if (other.berth === berth && overlap(other, stay)) throw conflict(\`\${berth} is taken by \${other.vessel}.\`)
  }
}
`,
      ),
    ],
  })
  s.turn({
    do: [
      edit(
        'test/bookings.test.ts',
        "import { createBooking } from '../src/bookings.ts'\n",
        "import { createBooking, moveBooking } from '../src/bookings.ts'\n",
      ),
      edit(
        'test/bookings.test.ts',
        '  expect(reply.status).toBe(201)\n})\n',
        `  expect(reply.status).toBe(201)
})

test('a booking can be moved by a day, over its own old stay', () => {
  const { body } = createBooking({
    params: {},
    body: { berth: 'north-2', vessel: 'Marit', from: '2026-11-02', to: '2026-11-06' },
  })
  const { id, version } = body as { id: string; version: number }
  const reply = moveBooking({ params: { id }, body: { berth: 'north-2', from: '2026-11-03', to: '2026-11-07', version } })
  expect(reply.status).toBe(200)
})

test('a stale page loses', () => {
  const { body } = createBooking({
    params: {},
    body: { berth: 'north-3', vessel: 'Tove', from: '2026-11-02', to: '2026-11-04' },
  })
  const { id } = body as { id: string }
  const move = () => moveBooking({ params: { id }, body: { berth: 'north-3', from: '2026-11-05', to: '2026-11-06', version: 0 } })
  expect(move).toThrow('Load the page again')
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
          ['bookings', 3, 'a booking can be moved by a day, over its own old stay'],
          ['fold', 5],
          ['log', 3],
          ['overlap', 4],
        ])}\n\nHarborError: north-2 is taken by Marit.\n ❯ refuseOverlap src/bookings.ts:37:60`,
      }),
    ],
  })
  s.turn({
    say: 'A booking collides with itself. The one that moves must be left out of the comparison.',
    do: [
      edit(
        'src/bookings.ts',
        "  refuseOverlap(bookings, berth, { from, to })\n  append(file, { kind: 'moved'",
        "  bookings.delete(booking.id)\n  refuseOverlap(bookings, berth, { from, to })\n  append(file, { kind: 'moved'",
      ),
    ],
  })
  s.turn({
    do: [
      bash('npm test', 'Run the tests', {
        output: testRun([
          ['bookings', 3],
          ['fold', 5],
          ['log', 3],
          ['overlap', 4],
        ]),
      }),
    ],
  })
  s.turn({ do: [edit('src/store.ts', '    return `${kind}-${Date.now()}`', '    return `${kind}-${randomUUID()}`')] })
  s.turn({
    do: [
      edit(
        'src/store.ts',
        "import { readFileSync, writeFileSync } from 'node:fs'\n",
        "import { randomUUID } from 'node:crypto'\n",
      ),
      edit(
        'src/store.ts',
        "const file = 'data/bookings.json'\n\n/** Everything in memory; saved whole after each change. */\n",
        '/** What is only in memory yet; bookings are in the log. */\n',
      ),
      edit('src/store.ts', "  bookings: JSON.parse(readFileSync(file, 'utf8')) as Booking[],\n\n", '\n'),
      edit(
        'src/store.ts',
        '\n  save(): void {\n    writeFileSync(file, JSON.stringify(this.bookings, null, 2))\n  },\n}\n\nexport interface Booking {\n  id: string\n  berth: string\n  vessel: string\n  from: string\n  to: string\n}\n',
        '}\n',
      ),
    ],
  })
  s.turn({
    do: [
      bash('npm test', 'Run the tests', {
        output: testRun([
          ['bookings', 3],
          ['fold', 5],
          ['log', 3],
          ['overlap', 4],
        ]),
      }),
    ],
  })
  s.turn({ do: [todo(progress(3), progress(4))] })
}
