/**
 * What a name says about its value. A `password` may be weak and short, the others are drawn by lot; a `signature` counts
 * in addresses only, where it opens what it signs.
 */
export interface NameJudgement {
  /** 0 says nothing; 1 needs a value that is surely random; 2 a random one; 3 names a secret outright. */
  strength: 0 | 1 | 2 | 3
  kind: 'password' | 'secret' | 'token' | 'api-key' | 'private-key' | 'signature' | 'phrase'
}

const NOTHING: NameJudgement = { strength: 0, kind: 'secret' }

/** Words after the one that counts that change nothing: `DB_PASSWORD_PROD`, `API_KEY_2`. */
const TRAILING = words(
  'value val string str plain raw text base64 b64 encoded enc prod production staging stage dev development test testing live sandbox default env new old current previous prev primary secondary main backup root admin v1 v2 v3 data input var const local remote global rw ro read write hex pem base',
)
const PASSWORD = words(
  'password passwd pwd passphrase passcode passwort kennwort senha contrasena contrasenya clave wachtwoord motdepasse passe mdp parola haslo heslo geslo lozinka jelszo salasana losenord adgangskode sifre parool psw psk bindpw passwrd pgpassword mypwd userpass dbpass rootpass adminpass mysqlpwd smtppass',
)
const SECRET = words(
  'secret secrets clientsecret appsecret secretkey sharedsecret jwtsecret signingsecret authsecret webhooksecret sessionsecret secretid apihash apphash geheim geheimnis secreto secreta segredo segreto hemlighet',
)
const TOKEN = words(
  'token tokens tok accesstoken authtoken apitoken refreshtoken bearertoken idtoken sessiontoken usertoken bottoken pat jwt bearer',
)
const KEY_BEFORE = words(
  'api access secret private client signing encryption encrypt decryption master license licence auth account storage function service app application deploy deployment ssh jwt hmac webhook shared admin subscription project server integration consumer rest sdk write ingest ingestion insert live prod production test dev root user session bearer crypto cipher aes rsa ecdsa wallet preshared recovery unlock activation gateway partner merchant vendor developer personal user team org organization unseal maps server connection bot',
)
const KEY_NOT_AFTER = words(
  'public pub primary foreign cache sort partition idempotency object row map index lookup translation i18n locale message event query state group route hash range composite unique natural join column field dict dictionary item list entry data config setting settings option param parameter prop property attribute header node tree react vue svelte element el component parent child path file name shortcut hot arrow enter escape tab shift ctrl control alt meta any press up down registry json yaml env variable var prefix suffix same first last next prev current other new old given this that each a the their its by for with of no non kind type sorting grouping dedup deduplication fingerprint lock mutex set bucket blob image label title lang language string chart color theme store selection selected order ordering filter match context ctx vnode slot tuple point edge model table tag metric trace span log measurement',
)
const MEDIUM = words(
  'credential credentials creds cred auth authorization dsn salt pepper connectionstring connstr oauth pass pw pin otp totp mfa cookie sid sessionid session csrf refresh join webhook seed',
)
const PHRASE = words('mnemonic seedphrase phrase')
const KNOWN_WHOLE = new Map<string, NameJudgement>([
  ['apikey', { strength: 3, kind: 'api-key' }],
  ['accesskey', { strength: 3, kind: 'api-key' }],
  ['authkey', { strength: 3, kind: 'api-key' }],
  ['privatekey', { strength: 3, kind: 'private-key' }],
  ['signingkey', { strength: 3, kind: 'api-key' }],
  ['encryptionkey', { strength: 3, kind: 'api-key' }],
  ['accountkey', { strength: 3, kind: 'api-key' }],
  ['sharedaccesskey', { strength: 3, kind: 'api-key' }],
  ['presharedkey', { strength: 3, kind: 'private-key' }],
  ['masterkey', { strength: 3, kind: 'api-key' }],
])

/** Words before `token` that make it a position in a list, a part of a text or a mark, not a secret. */
const TOKEN_NOT_AFTER = words(
  'next page continuation cursor sync cancel cancellation end start eos bos pad unk max min total input output prompt completion cached per num count used special stop first last current prev previous peek expected syntax lexer parser string comment punctuation keyword design color css theme html text word sub image audio reasoning thinking csrf xsrf',
)

/** Words before `token` that make it a place in a list. */
const PAGE = words('next page continuation cursor paging pagination')

const cache = new Map<string, NameJudgement>()

/** Judges a name as it is written in code, configuration, JSON, headers or options. */
export function judgeName(name: string): NameJudgement {
  const known = cache.get(name)
  if (known !== undefined) return known
  const judgement = judge(name)
  if (cache.size > 20_000) cache.clear()
  cache.set(name, judgement)
  return judgement
}

/** Splits a name into lower-case words: `dbPassword`, `DB_PASSWORD` and `db-password` are the same. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
}

function judge(name: string): NameJudgement {
  const parts = wordsOf(name.length > 120 ? name.slice(-120) : name).map((word) => word.replace(/(?<=[a-z])\d+$/, ''))
  while (parts.length > 1 && (TRAILING.has(parts.at(-1) ?? '') || /^\d*$/.test(parts.at(-1) ?? ''))) parts.pop()
  const last = parts.at(-1) ?? ''
  const before = parts.at(-2) ?? ''
  const isPlural = last.endsWith('s') && last.length > 3
  const single = isPlural && !PASSWORD.has(last) && !MEDIUM.has(last) ? last.slice(0, -1) : last
  if (TOKEN.has(single) && PAGE.has(before)) return NOTHING
  const found = judgeWords(single, before, parts)
  const judgement = found.strength === 0 ? amidst(parts, name === name.toUpperCase()) : found
  return isPlural && single !== last && judgement.strength > 1 ? { ...judgement, strength: 1 } : judgement
}

function judgeWords(last: string, before: string, parts: readonly string[]): NameJudgement {
  const whole = KNOWN_WHOLE.get(last)
  if (whole) return whole
  if (PASSWORD.has(last)) return { strength: 3, kind: 'password' }
  if (SECRET.has(last)) return { strength: 3, kind: 'secret' }
  if (TOKEN.has(last)) {
    if (TOKEN_NOT_AFTER.has(before)) return { strength: 1, kind: 'token' }
    return { strength: last === 'pat' || last === 'bearer' || last === 'tok' ? 2 : 3, kind: 'token' }
  }
  if (last === 'key') return judgeKey(before, parts)
  if (last === 'pass' || last === 'pw') return { strength: parts.length > 1 ? 3 : 2, kind: 'password' }
  if (last === 'signature' || last === 'sig') return { strength: 3, kind: 'signature' }
  if (PHRASE.has(last)) return { strength: 2, kind: 'phrase' }
  if (MEDIUM.has(last)) return { strength: last.startsWith('cred') ? 3 : 2, kind: 'secret' }
  if (last === 'code') return { strength: parts.length === 1 ? 1 : 0, kind: 'token' }
  if (last === 'hash' && (before === 'api' || before === 'app')) return { strength: 2, kind: 'secret' }
  if (last === 'login' && before.endsWith('sonar')) return { strength: 3, kind: 'token' }
  if (last === 'id' && (before === 'secret' || before === 'client' || before === 'access')) {
    return { strength: before === 'secret' ? 3 : 1, kind: 'token' }
  }
  return weak(last, parts)
}

function judgeKey(before: string, parts: readonly string[]): NameJudgement {
  // The key of RFC 6455 is a number used once.
  if (before === 'socket') return NOTHING
  if (before === '') return { strength: 1, kind: 'api-key' }
  if (before === 'private' || before === 'preshared') return { strength: 3, kind: 'private-key' }
  if (KEY_BEFORE.has(before)) return { strength: 3, kind: 'api-key' }
  if (KEY_NOT_AFTER.has(before)) return { strength: 0, kind: 'api-key' }
  return { strength: parts.length > 1 ? 2 : 1, kind: 'api-key' }
}

/** Names that hold a word of a secret glued to others: `mysecretvalue`, `dbpassword`. */
function weak(last: string, parts: readonly string[]): NameJudgement {
  if (/(?:password|passwd|passphrase)$/.test(last)) return { strength: 3, kind: 'password' }
  if (/(?:secret|apikey|accesskey|secretkey|privatekey)$/.test(last)) return { strength: 3, kind: 'secret' }
  if (/token$/.test(last) && last.length < 24) return { strength: 2, kind: 'token' }
  if (/(?:^pass|pwd$|pass$)/.test(last) && /^(?:db|my|user|root|admin|smtp|mail|ftp|ssh|pg|sql|redis)/.test(last)) {
    return { strength: 2, kind: 'password' }
  }
  if (last === 'id' && parts.length > 1 && /^(?:app|key|account|access)$/.test(parts.at(-2) ?? '')) {
    return { strength: 1, kind: 'token' }
  }
  return NOTHING
}

/** Words behind which no secret stands, whatever is before: `TOKEN_URI`, `API_KEY_HASH`. */
const HARMLESS_LAST = words(
  'hash digest sha md5 checksum id ids uri url urls name names fingerprint version type kind path file dir count length limit size max min ttl expiry expires expiration expired at time header headers param field fields label title placeholder regex pattern policy rule rules scope scopes format prefix suffix index list map set enabled required valid error message text manager service provider store class hint usage used budget cost status state mode algorithm alg issuer audience endpoint host user username email node parser stream',
)

/** The word of a secret amidst others: `AWS_BEARER_TOKEN_BEDROCK`, `API_KEY_OPENAI`. */
function amidst(parts: readonly string[], isConstant: boolean): NameJudgement {
  const strength = isConstant ? 2 : 1
  if (HARMLESS_LAST.has(parts.at(-1) ?? '')) return NOTHING
  for (const [index, part] of parts.entries()) {
    if (PASSWORD.has(part) && part !== 'psk') return { strength: isConstant ? 3 : 1, kind: 'password' }
    if (SECRET.has(part) || TOKEN.has(part)) return { strength, kind: 'token' }
    if (part === 'key' && KEY_BEFORE.has(parts[index - 1] ?? '')) return { strength, kind: 'api-key' }
  }
  return NOTHING
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '))
}
