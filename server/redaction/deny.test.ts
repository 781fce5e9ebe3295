import { expect, test } from 'vitest'
import { ALPHABETS } from './charset.ts'
import { KnownValues } from './known-values.ts'
import { drawn, seeded } from './sample.ts'
import { Scanner } from './scanner.ts'

const scanner = new Scanner()
const random = seeded(5)
const hex = (length: number) => drawn(random, ALPHABETS.hex, length)
const text62 = (length: number) => drawn(random, ALPHABETS.a62, length)
const base64 = (length: number) => drawn(random, ALPHABETS.b64, length)
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`

const HARMLESS: [string, string][] = [
  ['ids of requests', `requestId: ${uuid()}\n"idempotencyKey": "${uuid()}"`],
  ['commits', `commit ${hex(40)}\nMerge: ${hex(7)} ${hex(7)}\n${hex(40)} fix the token parser`],
  ['lock files', `"integrity": "sha512-${base64(86)}==",\n"license": "Apache-2.0"`],
  ['sums of modules', `example.org/key v1.2.0 h1:${base64(43)}=`],
  ['digests', `FROM node@sha256:${hex(64)}\nETag: "${hex(32)}"\ncacheKey: ${hex(40)}`],
  [
    'the example of AWS',
    'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ],
  ['rows of x', `OPENAI_API_KEY=sk-${'x'.repeat(32)}\nSTRIPE=sk_test_${'X'.repeat(24)}`],
  [
    'words for a place',
    'API_KEY="your-api-key-here"\npassword: <your-password>\ntoken: REPLACE_WITH_TOKEN\nSLACK_BOT_TOKEN=xoxb-your-token-here',
  ],
  ['a row of letters', 'token = "abcdefghijklmnopqrstuvwxyz123456"'],
  [
    'references',
    'const apiKey = process.env.OPENAI_API_KEY;\nAPI_KEY=${API_KEY}\npassword="$DB_PASSWORD"\ntoken: ${{ secrets.GITHUB_TOKEN }}\nTOKEN=$(gh auth token)\nsecret: op://vault/item/field',
  ],
  [
    'code',
    'const token = await getAccessToken(user.id)\npassword: z.string().min(8).max(128),\nthis.token=n,this.line=1,this.start=0\nprivate_key: ed25519.Ed25519PrivateKey,',
  ],
  [
    'names of things',
    "secretKeyName: 'application-credentials-secret'\nconst refreshTokenExpirationSeconds = tokenService.createAccessTokenForServiceAccount",
  ],
  [
    'keys that are no secrets',
    `"publicKey": "${base64(43)}=",\n"primaryKey": "user_4711_id",\n"partitionKey": "tenant#${hex(8)}"`,
  ],
  [
    'words of an interface',
    '"password": "Mot de passe", "token_expired": "Votre session a expiré", "secretLabel": "Client secret"',
  ],
  ['public keys', `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${base64(43)} dev@laptop`],
  ['certificates', `-----BEGIN CERTIFICATE-----\n${base64(64)}\n${base64(64)}\n-----END CERTIFICATE-----`],
  ['images', `url(data:image/png;base64,iVBORw0KGgo${base64(800)})`],
  [
    'ids of models',
    `req_011C${text62(20)} msg_01${text62(22)} resp_${hex(50)} call_${text62(24)} toolu_01${text62(22)}`,
  ],
  [
    'masked values',
    'key sk-ant-a...9xQA\ntoken: ghp_****************************abcd\nAPI key: [REDACTED:openai-key]\npassword=(sensitive value)',
  ],
  [
    'sources of rules',
    're: /ghp_[0-9A-Za-z]{36}/g\nconst AWS = /\\b(AKIA|ASIA)[A-Z2-7]{16}\\b/\npattern = r"sk-ant-api03-[A-Za-z0-9_-]{93}AA"',
  ],
  [
    'databases at home',
    'postgres://user:password@localhost:5432/app\nredis://localhost:6379/0\npostgresql://${DB_USER}:${DB_PASS}@db:5432/main\nmongodb://<username>:<password>@cluster0.example.net/test',
  ],
  ['classes of style sheets', `.token-${text62(8)}{color:red}.key_${text62(6)}{margin:0}`],
  [
    'lists of names',
    "'ssh2_auth_none',\n'ssh2_auth_password',\n'ssh2_auth_pubkey_file',\n'gss_krb5_lucid_key', 'gss_krb5_rfc1964_keydata'",
  ],
  [
    'the example of a debugger of tokens',
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
  ],
  ['alphabets', "const alphabet = 'useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict'"],
  [
    'samples of the standard for OAuth',
    '"access_token":"2YotnFZFEjr1zCsicMWpAA", "refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA"\nAuthorization: Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW',
  ],
]

test.each(HARMLESS)('%s are no secrets', (_what, text) => {
  expect(scanner.scanText(text).findings).toEqual([])
})

test.each([
  ['a mark of a reference', `SECRET_KEY='!${text62(9)}!x${text62(20)}%q'`],
  ['a row of stars', `SECRET_KEY='${text62(24)}***${text62(22)}'`],
  ['digits that follow on each other', `PUSHER_SECRET='${['93388c1ef5', '668a99eddb'].join('')}'`],
  ['the code of a webhook without digits', `https://hooks.zapier.com/hooks/catch/${'43'}01020/pcjnosm`],
])('%s within a random value does not excuse it', (_what, text) => {
  expect(scanner.scanText(text).findings).toHaveLength(1)
})

test('a value of letters only is known again when it is no word', () => {
  const known = new KnownValues()
  const secret = { kind: 'generic-token', provider: null, tier: 'likely' } as const
  expect(known.add(['RvNZfsVCRkBP', 'OzaKzDRoBUIs'].join(''), secret)).toBe(true)
  expect(known.add('Administrator', secret)).toBe(false)
})
