import { expect, test } from 'vitest'
import { KnownValues } from './known-values.ts'
import { LineRedactor } from './line-redactor.ts'
import { PersonalRedactor } from './personal-redactor.ts'
import { PersonalData, pseudonym } from './personal.ts'
import { Scanner } from './scanner.ts'

const personal = new PersonalData({ users: ['lovelace', 'ada'], hosts: ['difference-engine'] })

function found(text: string): string[] {
  return personal.find(text).map(({ start, end, kind }) => `${kind.replace('personal-', '')} ${text.slice(start, end)}`)
}

test.each([
  ['cd /home/ada/src && ls', ['user ada']],
  ['open /Users/grace.hopper/Library', ['user grace.hopper']],
  ['C:\\Users\\Grace Hopper\\app', ['user Grace Hopper']],
  ['~/.claude/projects/-home-ada-src-app/s.jsonl', ['user ada']],
  ['mail grace@navy.mil, or Grace.H@mail.navy.mil.', ['mail grace@navy.mil', 'mail Grace.H@mail.navy.mil']],
  ['grace@cobol:~/src$ make', ['user grace', 'host cobol']],
  ['scp x grace@cobol:/srv', ['user grace', 'host cobol']],
  ['curl http://build01.corp:8080/x', ['host build01.corp']],
  ['at 192.168.1.20:80 and 10.1.2.3', ['address 192.168.1.20', 'address 10.1.2.3']],
  ['by lovelace on difference-engine', ['user lovelace', 'host difference-engine']],
])('%s', (text, expected) => {
  expect(found(text)).toEqual(expected)
})

test.each([
  'npm i pkg@1.2.3 @scope/name react@next',
  'icon@2x.png and getty@tty1.service',
  'git@github.com:a/b.git noreply@anthropic.com me@example.com',
  '/home/runner/work /Users/Shared /home/user1/x C:\\Users\\Public\\x',
  'settings.local.json process.env.local this.internal window.home',
  'version 10.0.0.1.2 and 10.2.3 and v10.0.0.1 at 127.0.0.1, 8.8.8.8, 192.168.300.1',
  '@Component decorators, a @ b, x@y',
  'lovelaces ada',
  'mail1@example.invalid host1 192.0.2.1 /home/user12/x user3@host2:~$ ',
])('nothing personal stands in: %s', (text) => {
  expect(found(text)).toEqual([])
})

test('pseudonyms look like what they stand for', () => {
  const kinds = ['user', 'mail', 'host', 'address'].map((kind) => pseudonym(`personal-${kind}`, 7))

  expect(kinds).toEqual(['user7', 'mail7@example.invalid', 'host7', '192.0.2.7'])
  expect(pseudonym('personal-address', 255)).toBe('198.51.100.1')
})

const PASSWORD = ['q7', 'Lm#', 'grace', 'T9w'].join('')

function redactor(): PersonalRedactor {
  const known = new KnownValues()
  known.add(PASSWORD, { kind: 'generic-password', provider: null, tier: 'likely' })
  const numbers = new Map<string, number>()
  return new PersonalRedactor({
    secrets: new LineRedactor({ scanner: new Scanner(), known, placeholderOf: () => '[SECRET]', takesOut: () => true }),
    personal,
    pseudonymOf: ({ value, kind }) => {
      const number = numbers.get(value) ?? numbers.size + 1
      numbers.set(value, number)
      return pseudonym(kind, number)
    },
  })
}

test('lines keep every other byte, the same name has the same pseudonym, and ids and signatures stay', () => {
  const line = String.raw`{"cwd":"/home/ada/app","n":1.0,"uuid":"/home/ada","signature":"grace@navy.mil","text":"{\"p\":\"\/home\/ada\/x\"} by grace@navy.mil"}`

  const { bytes, problem, hits } = redactor().redact(Buffer.from(line))

  expect(problem).toBeNull()
  expect(Buffer.from(bytes).toString()).toBe(
    String.raw`{"cwd":"/home/user1/app","n":1.0,"uuid":"/home/ada","signature":"grace@navy.mil","text":"{\"p\":\"\/home\/user1\/x\"} by mail2@example.invalid"}`,
  )
  expect(hits.map(({ finding }) => finding.kind)).toEqual(['personal-user', 'personal-user', 'personal-mail'])
})

test('a password that looks like a part of an address goes as a whole', () => {
  const { bytes } = redactor().redact(Buffer.from(JSON.stringify({ text: `ftp ${PASSWORD}@files.navy.mil now` })))

  expect(Buffer.from(bytes).toString()).toBe('{"text":"ftp [SECRET]@files.navy.mil now"}')
})

test.each(['@', 'a@', '/home/', 'a@b.', '://', '10.', '-home-', ':\\Users\\a', 'lovelace', 'a@b:~ ', 'http://a:b@'])(
  'a million characters of %s take less than half a second of CPU',
  (piece) => {
    const text = piece.repeat(1_000_000 / piece.length)
    const begun = process.threadCpuUsage()
    personal.find(text)
    const { user, system } = process.threadCpuUsage(begun)

    // Twice the promised time, because other processes on the machine slow caches and clocks.
    expect((user + system) / 1000).toBeLessThan(1000)
  },
)
