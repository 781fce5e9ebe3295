import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { ALPHABETS } from './charset.ts'
import { drawn, seeded } from './sample.ts'
import { Scanner } from './scanner.ts'

const scanner = new Scanner()
const random = seeded(909)
const text62 = (length: number) => drawn(random, ALPHABETS.a62, length)
const hex = (length: number) => drawn(random, ALPHABETS.hex, length)
const basic = Buffer.from(`svc-deploy:${text62(20)}`).toString('base64')
const S = text62(20)

const CASES: [string, string, string][] = [
  ['url-password', S, `postgresql://app:${S}@db-7.prod.internal:5432/main`],
  ['url-password', S, `mongodb+srv://svc:${S}@cluster0.ab1cd.mongodb.net/app`],
  ['url-basic-auth', S, `git clone https://deploy:${S}@git.company.io/team/app.git`],
  ['url-token', S, `https://${S}@git.company.io/team/app.git`],
  ['generic-signature', hex(64), 'https://bucket.s3.amazonaws.com/a.zip?X-Amz-Credential=abc&X-Amz-Signature=#'],
  ['generic-token', S, `https://api.company.io/v1/list?access_token=${S}&limit=10`],
  ['header-basic', basic, `Authorization: Basic ${basic}`],
  ['header-bearer', S, `curl -H "Authorization: Bearer ${S}" https://x.io`],
  ['generic-api-key', S, `x-api-key: ${S}`],
  ['generic-token', S, `PRIVATE-TOKEN: ${S}`],
  ['header-cookie', S, `Set-Cookie: sessionid=${S}; Path=/; HttpOnly`],
  ['generic-token', S, `//npm.company.io/:_authToken=${S}`],
  ['generic-password', S, `machine git.company.io login deploy password ${S}`],
  ['generic-password', S, `mysql -h 10.1.2.3 -u root --password=${S} app`],
  ['cli-password', S, `mysql -h 10.1.2.3 -u root -p${S} app`],
  ['cli-password', S, `curl -sS -u deploy:${S} https://ci.company.io/job`],
  ['cli-password', S, `sshpass -p '${S}' ssh root@10.9.0.4 uptime`],
  ['generic-password', S, `PGPASSWORD=${S} psql -h db.internal -U app`],
  ['cli-password', S, `printf '${S}' | vercel env add STRIPE_API_KEY production`],
  ['cli-password', S, `echo ${S} | docker login -u ci --password-stdin`],
  ['generic-password', S, `ok, the admin password is ${S} , try again`],
  ['generic-password', S, `Server=db;User ID=sa;Password=${S};Encrypt=true`],
  ['generic-secret', S, `otpauth://totp/App:dev?secret=${S}&issuer=App`],
  ['generic-secret', S, `<clientSecret>${S}</clientSecret>`],
  ['generic-password', S, `| DB_PASSWORD | ${S} |`],
  ['generic-password', S, `  - name: DB_PASSWORD\n    value: ${S}`],
  ['generic-api-key', S, `setenv("SERVICE_API_KEY", "${S}")`],
  ['generic-token', S, `const token: string = "${S}"`],
  ['generic-secret', S, `const secret = process.env.SECRET || '${S}'`],
  ['generic-password', S, `+    \\"dbPassword\\": \\"${S}\\",`],
]

test.each(CASES)('%s: %s', (kind, value, template) => {
  const { findings } = scanner.scanText(template.replace('#', value))

  expect(findings.map((finding) => ({ kind: finding.kind, value: finding.value }))).toEqual([{ kind, value }])
  expect(findings[0]?.tier).not.toBe('candidate')
})

test('private keys of all kinds are found whole, with written line ends, as a diff and cut off', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString().trim()
  const diff = pem
    .split('\n')
    .map((line) => `+${line}`)
    .join('\n')

  for (const text of [pem, pem.replaceAll('\n', '\\n'), `before\n${pem}\nafter`]) {
    const found = scanner.scanText(text).findings
    expect(found.map(({ kind, tier }) => `${kind} ${tier}`)).toEqual(['private-key-block definite'])
    expect(found[0]?.value.replaceAll('\\n', '\n')).toBe(pem)
  }
  expect(scanner.scanText(diff).findings).toHaveLength(1)
  for (const mark of ['#### ', '# ', ' * ', '; ', '> ']) {
    const marked = pem.replace(/^/gm, mark)
    expect(scanner.scanText(marked).findings.map(({ value }) => value)).toEqual([marked.slice(mark.length)])
  }
  expect(scanner.scanText(pem.slice(0, 160)).findings).toHaveLength(1)
  expect(scanner.scanText('-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----').findings).toEqual([])
})

test('a JWT is told by its header, and one that is not signed counts less', () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = part({ sub: 'u-1', iat: 1_763_000_000 })
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${claims}.${text62(43)}`

  expect(scanner.scanText(`token ${signed}.`).findings.map(({ kind, tier, value }) => [kind, tier, value])).toEqual([
    ['jwt', 'definite', signed],
  ])
  expect(scanner.scanText(`${part({ hello: 'world', x: 1 })}.${claims}.${text62(43)}`).findings).toEqual([])
})

test('words of a wallet are found behind their announcement only', () => {
  const words = 'ridge canal ozone laptop vivid tornado glimpse bamboo acid fetch humble paddle'

  expect(scanner.scanText(`mnemonic: "${words}"`).findings.map(({ value }) => value)).toEqual([words])
  expect(scanner.scanText(`a list: "${words}"`).findings).toEqual([])
  expect(
    scanner.scanText('mnemonic: the words that you are given when you make it and that open your money').findings,
  ).toEqual([])
})

test('a token of a vendor that nobody listed is a candidate, in a setting it is likely', () => {
  const token = `zqx_live_${text62(32)}`

  expect(scanner.scanText(`use ${token} here`).findings.map(({ kind, tier }) => `${kind} ${tier}`)).toEqual([
    'unknown-token candidate',
  ])
  expect(scanner.scanText(`ZQX_API_KEY=${token}`).findings.map(({ tier }) => tier)).toEqual(['likely'])
})
