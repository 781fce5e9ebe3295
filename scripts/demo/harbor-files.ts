/** A resource of the invented harbour API; each has a route file of the same shape. */
export interface Resource {
  one: string
  many: string
  /** A number that a new one must have, with its limits. */
  field: string
  least: number
  most: number
}

export const resources: readonly Resource[] = [
  { one: 'berth', many: 'berths', field: 'length', least: 6, most: 340 },
  { one: 'vessel', many: 'vessels', field: 'draught', least: 1, most: 18 },
  { one: 'pilot', many: 'pilots', field: 'rank', least: 1, most: 4 },
  { one: 'tug', many: 'tugs', field: 'pull', least: 10, most: 120 },
  { one: 'tariff', many: 'tariffs', field: 'cents', least: 0, most: 9_999_999 },
  { one: 'notice', many: 'notices', field: 'hours', least: 1, most: 720 },
  { one: 'crew', many: 'crews', field: 'size', least: 1, most: 60 },
  { one: 'permit', many: 'permits', field: 'days', least: 1, most: 365 },
  { one: 'crane', many: 'cranes', field: 'tonnes', least: 5, most: 80 },
]

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** The route file of a resource as the story finds it. */
export function routeFile({ one, many, field }: Resource): string {
  const Name = capital(one)
  return `import type { Reply, Request } from '../router.ts'
import { store } from '../store.ts'

/** GET /${many}/:id */
export function get${Name}(request: Request): Reply {
  const ${one} = store.${many}.find((row) => row.id === request.params.id)
  if (!${one}) {
    throw new Error('${one} not found')
  }
  return { status: 200, body: ${one} }
}

/** GET /${many} */
export function list${capital(many)}(): Reply {
  return { status: 200, body: store.${many}.slice() }
}

/** POST /${many} */
export function create${Name}(request: Request): Reply {
  const ${field} = Number(request.body.${field})
  if (isNaN(${field})) {
    throw new Error('bad ${field}')
  }
  const ${one} = { id: store.nextId('${one}'), name: String(request.body.name), ${field} }
  store.${many}.push(${one})
  return { status: 201, body: ${one} }
}
`
}

/** What the story turns the three weak places of a route file into, as pairs of old and new text. */
export function routeEdits({ one, field, least, most }: Resource): [string, string][] {
  return [
    [
      "import type { Reply, Request } from '../router.ts'\n",
      "import { invalid, notFound } from '../errors.ts'\nimport type { Reply, Request } from '../router.ts'\n",
    ],
    [
      `  if (!${one}) {\n    throw new Error('${one} not found')\n  }\n`,
      `  if (!${one}) throw notFound('${one}', request.params.id)\n`,
    ],
    [
      `  if (isNaN(${field})) {\n    throw new Error('bad ${field}')\n  }\n`,
      `  if (!(${field} >= ${least} && ${field} <= ${most})) throw invalid('${field}', 'from ${least} to ${most}')\n`,
    ],
  ]
}

/** How the list of a route file becomes a page. */
export function pagingEdits({ many }: Resource): [string, string][] {
  const Name = capital(many)
  return [
    [
      "import type { Reply, Request } from '../router.ts'\n",
      "import { page } from '../page.ts'\nimport type { Reply, Request } from '../router.ts'\n",
    ],
    [
      `/** GET /${many} */\nexport function list${Name}(): Reply {\n  return { status: 200, body: store.${many}.slice() }\n`,
      `/** GET /${many}?limit&after */\nexport function list${Name}(request: Request): Reply {\n  return { status: 200, body: page(store.${many}, request.query) }\n`,
    ],
  ]
}

/** The test that the story writes for a route file. */
export function routeTest({ one, many, field, least, most }: Resource): string {
  const Name = capital(one)
  return `import { expect, test } from 'vitest'
import { create${Name}, get${Name} } from '../../src/routes/${many}.ts'

test('GET /${many}/none answers 404', () => {
  expect(() => get${Name}({ params: { id: 'none' }, body: {} })).toThrow('There is no ${one} none.')
})

test.each([{ ${field}: ${least - 1} }, { ${field}: ${most + 1} }, { ${field}: 'x' }])('refuses %o', (body) => {
  expect(() => create${Name}({ params: {}, body })).toThrow('${field} must be from')
})

test('a new ${one} can be read again', () => {
  const { body } = create${Name}({ params: {}, body: { name: 'Test', ${field}: ${least} } })
  const { id } = body as { id: string }
  expect(get${Name}({ params: { id }, body: {} }).body).toMatchObject({ name: 'Test', ${field}: ${least} })
})
`
}

/** The files of the harbour API before the first session. */
export const harborFiles: Record<string, string> = {
  'package.json': `{
  "name": "harbor",
  "version": "2.4.0",
  "type": "module",
  "scripts": {
    "start": "node src/server.ts",
    "test": "vitest run",
    "format": "prettier --write src test"
  },
  "dependencies": { "pino": "10.4.0" },
  "devDependencies": { "prettier": "3.10.1", "vitest": "5.1.1" }
}
`,
  'README.md': `# harbor

Who lies where, and when: berth bookings for the port of Sandwick.

    npm start       # serves http://localhost:8040
    npm test

Bookings are kept in \`data/bookings.json\`. Two clerks who save at once overwrite
each other; see the open issue.
`,
  'src/server.ts': `import { createServer } from 'node:http'
import { route } from './router.ts'

const server = createServer(async (request, response) => {
  try {
    const reply = await route(request)
    response.writeHead(reply.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(reply.body))
  } catch (error) {
    response.writeHead(500)
    response.end(String(error))
  }
})

server.listen(8040, () => console.log('harbor on http://localhost:8040'))
`,
  'src/store.ts': `import { readFileSync, writeFileSync } from 'node:fs'

interface Row {
  id: string
  name: string
  [field: string]: unknown
}

const file = 'data/bookings.json'

/** Everything in memory; saved whole after each change. */
export const store = {
${resources.map(({ many }) => `  ${many}: [] as Row[],`).join('\n')}
  bookings: JSON.parse(readFileSync(file, 'utf8')) as Booking[],

  nextId(kind: string): string {
    return \`\${kind}-\${Date.now()}\`
  },

  save(): void {
    writeFileSync(file, JSON.stringify(this.bookings, null, 2))
  },
}

export interface Booking {
  id: string
  berth: string
  vessel: string
  from: string
  to: string
}
`,
  'src/bookings.ts': `import type { Reply, Request } from './router.ts'
import { store, type Booking } from './store.ts'

/** POST /bookings */
export function createBooking(request: Request): Reply {
  const wanted = request.body as unknown as Booking
  const taken = store.bookings.some(
    (other) => other.berth === wanted.berth && other.from <= wanted.to && other.to >= wanted.from,
  )
  if (taken) return { status: 409, body: { message: 'taken' } }
  const booking = { ...wanted, id: store.nextId('booking') }
  store.bookings.push(booking)
  store.save()
  return { status: 201, body: booking }
}

/** PUT /bookings/:id */
export function moveBooking(request: Request): Reply {
  const booking = store.bookings.find((row) => row.id === request.params.id)
  if (!booking) throw new Error('booking not found')
  Object.assign(booking, request.body)
  store.save()
  return { status: 200, body: booking }
}
`,
  'src/router.ts': `import type { IncomingMessage } from 'node:http'
import { createBooking, moveBooking } from './bookings.ts'

export interface Request {
  params: Record<string, string>
  body: Record<string, unknown>
}

export interface Reply {
  status: number
  body: unknown
}

export async function route(message: IncomingMessage): Promise<Reply> {
  const body = await readBody(message)
  const [, area, id] = (message.url ?? '/').split('/')
  const request = { params: { id: id ?? '' }, body }
  if (area === 'bookings' && message.method === 'POST') return createBooking(request)
  if (area === 'bookings' && message.method === 'PUT') return moveBooking(request)
  return { status: 404, body: { message: 'no such page' } }
}

async function readBody(message: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const part of message) text += part
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
`,
  'test/bookings.test.ts': `import { expect, test } from 'vitest'
import { createBooking } from '../src/bookings.ts'

test('a free berth can be booked', () => {
  const reply = createBooking({
    params: {},
    body: { berth: 'north-1', vessel: 'Elida', from: '2026-11-02', to: '2026-11-04' },
  })
  expect(reply.status).toBe(201)
})
`,
  'web/calendar.css': `.calendar {
  display: grid;
  grid-template-columns: repeat(14, 1fr);
}

.booking {
  background: #2f6f8f;
  color: #fff;
  overflow: visible;
  white-space: nowrap;
}
`,
  ...Object.fromEntries(resources.map((resource) => [`src/routes/${resource.many}.ts`, routeFile(resource)])),
}

/** What a test runner prints. */
export function testRun(files: readonly [name: string, tests: number, failed?: string][]): string {
  const lines = files.map(([name, tests, failed]) =>
    failed === undefined
      ? ` ✓ test/${name}.test.ts (${tests} tests)`
      : ` ❯ test/${name}.test.ts (${tests} tests | 1 failed)\n   × ${failed}`,
  )
  const failures = files.filter(([, , failed]) => failed !== undefined).length
  const total = files.reduce((sum, [, tests]) => sum + tests, 0)
  const tests =
    failures === 0 ? `${total} passed (${total})` : `${failures} failed | ${total - failures} passed (${total})`
  return [
    '',
    ' RUN  v5.1.1 /home/ada/code/harbor',
    '',
    ...lines,
    '',
    `      Tests  ${tests}`,
    '   Duration  412ms',
  ].join('\n')
}
