import { expect, test } from 'vitest'
import { ALPHABETS } from './charset.ts'
import { drawn, sampleOf, seeded } from './sample.ts'
import { Scanner } from './scanner.ts'

const MILLION = 1_000_000
const scanner = new Scanner()
const random = seeded(3)
const repeated = (piece: string) => piece.repeat(Math.ceil(MILLION / piece.length)).slice(0, MILLION)

const ADVERSARIAL: [string, () => string][] = [
  ...['a', 'token=', 'token="', 'ghp_', 'ghp_aB3', '-----BEGIN RSA PRIVATE KEY-----\n', '---- begin ssh2 ', 'eyJ'],
  ...['eyJhbGciOiJIUzI1NiJ9.', 'http://a:b', '://', 'a://a@', '"', '\\', '\\"', 'password is ', 'curl -u a:', '{', '['],
  ...['{"a":', '\u001b[', '\u001b]8;;', '%3D', 'token%3Dabc%2F', '\\u002d', 'dG9rZW49', 'sk_live_aB3dE5', 'a1-B2_'],
  ...['cookie: sessionid=aaaa; ', 'Bearer ', 'mnemonic ', 'key:', 'PuTTY-User-Key-File-2: ', '2/1234567890123456/'],
  ...[
    'password=abcdefghijklmnopqrstuvwxyzabcdefghijkl! ',
    'token: aBaBaBaBaBaBaBaBaBaBaBaBaBaBaBaB1?\n',
    'x=a' + ' '.repeat(1990) + '\n',
  ],
  ...[
    ' '.repeat(200) + '\n',
    'htpasswd -' + 'b'.repeat(380) + ' ',
    '-----BEGIN PRIVATE KEY-----\n' + ' '.repeat(250) + '\n',
  ],
  ...[
    'secret: ' + 'a'.repeat(60) + '\n',
    'key: ' + 'a.b_c-'.repeat(40) + '!\n',
    'password: ' + 'aa1'.repeat(80) + '%\n',
    'api_key: ' + '-'.repeat(90) + '\n',
  ],
  ...['QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg\n'],
  ...['sshpass -p ', 'echo aB3$xyz9 |', 'hooks.slack.com/services/', '1234567890:AA', 'aB1cD2+ASt', '&token=a', 'A'],
  ...['token,', 'a,token\nx,aB3dE5fG7hJ9kL2m\n', '| token | secret |\n', 'password|', '"kty"', '{"kty":'],
  ...['x -u a -p b', 'token <<< ', ' auth ', 'login("', "auth=('a', '", 'пароль: ', '密码：aB3dE5fG7h', 'clave '],
  ...['https://a.io/hooks/aB3dE5fG7hJ9kL2mN4', 'a:5432:b:c:', 'digest response="', '"password" value="'],
  ...['name="password">', '"password"\n{ default = ', '<key>token</key> ', 'password: |\n ', 'setPassword("'],
  ...['ENV TOKEN ', 'AWS4-HMAC-SHA256 signature=', '?sig=', 'Unseal Key 1: ', 'API key ', 'A1B2C3-', 'hvs.aB3-aB3-'],
].map((piece): [string, () => string] => [JSON.stringify(piece).slice(0, 30), () => repeated(piece)])

test.each([
  ...ADVERSARIAL,
  ['random base64', () => drawn(random, ALPHABETS.b64, MILLION)],
  ['random hex', () => drawn(random, ALPHABETS.hex, MILLION)],
  ['lines of base64', () => `${drawn(random, ALPHABETS.b64, 76)}\n`.repeat(MILLION / 77)],
] as [string, () => string][])('a million characters of %s cost a bounded number of steps', (_name, make) => {
  const text = make()
  const workBefore = scanner.work
  const begun = process.threadCpuUsage()
  scanner.scanText(text, { file: '/app/.env', name: 'password' })
  const { user, system } = process.threadCpuUsage(begun)

  // Ten for each character, what a short text may cost, and the last step that goes over it; parts that are decoded have their own.
  expect(scanner.work - workBefore).toBeLessThan(MILLION * 12)
  // What no handler counts would show here: promised is half a second, a square takes minutes.
  expect((user + system) / 1000).toBeLessThan(2000)
})

test('a text that is too costly is reported as unchecked, one that is only long is not', () => {
  const costly = scanner.scanValue({ a: ['x', repeated('key:')] })
  const long = scanner.scanText('An ordinary line with a token and a password in it.\n'.repeat(20_000))

  expect(costly.unchecked).toEqual([{ path: ['a', 1], isKey: false }])
  expect(long).toEqual({ findings: [], unchecked: [] })
})

test('any text at all is scanned without an error, and every range lies inside it', () => {
  const pieces = [
    ...[
      'token=',
      '"',
      '\\',
      '\\u00',
      '\ud800',
      '\udc00',
      '\u001b[',
      '=',
      ':',
      '\n',
      ' ',
      '{',
      '}',
      '[',
      ']',
      '%',
      '%2',
      'é',
      '→',
    ],
    ...[
      '-----BEGIN ',
      'PRIVATE KEY-----',
      '-----END ',
      'eyJ',
      '.',
      '://',
      '@',
      'Basic ',
      'curl ',
      '-u',
      "'",
      'ghp_',
      '😀',
    ],
  ]
  for (let round = 0; round < 3000; round += 1) {
    let text = ''
    const count = 1 + Math.floor(random() * 30)
    for (let index = 0; index < count; index += 1) {
      text +=
        random() < 0.3
          ? drawn(random, ALPHABETS.u64, Math.floor(random() * 40))
          : pieces[Math.floor(random() * pieces.length)]
    }
    for (const { start, end, value, within } of scanner.scanText(text, { name: 'secret', file: '.env' }).findings) {
      expect(start, text).toBeGreaterThanOrEqual(0)
      expect(end, text).toBeGreaterThan(start)
      expect(end, text).toBeLessThanOrEqual(text.length)
      const isPlain = !['\\', '%', '\u001b'].some((mark) => text.slice(start, end).includes(mark))
      if (within.length === 0 && isPlain) expect(text.slice(start, end)).toBe(value)
    }
  }
})

test('a token is found wherever it stands in a long text', () => {
  const token = sampleOf('glpat-{u64:20}', seeded(8))
  for (let at = 0; at < 64; at += 1) {
    const text = `${'x '.repeat(500)}${' '.repeat(at)}${token} tail`
    expect(
      scanner.scanText(text).findings.map(({ start }) => start),
      String(at),
    ).toEqual([1000 + at])
  }
})
