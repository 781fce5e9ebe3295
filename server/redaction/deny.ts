import { oddness } from './letters.ts'
import { isRandom, shapeOf } from './randomness.ts'

/** Words that stand in values which only show where a secret would be. */
const PLACEHOLDERS =
  /example|placeholder|change.?me|change.?this|chang(?:e|ed)it|your[-_. ]|[-_. ]your|yourtoken|yourkey|replace[-_ ]?|insert[-_ ]|dummy|redacted|sensitive|goes[-_ ]?here|[-_ ]here\b|foo.?bar|lorem|test[-_]?(?:key|token|secret|pass)|fake|my[-_]?(?:secret|token|password|key|api)|some[-_](?:secret|token|password|key)|secret[-_]?key|not[-_]a[-_]|correct.?horse|sk-\.\.\.|to[-_]?do\b|^(?:invalid|undefined|hidden|masked|censored)[^0-9]{0,40}$|x{5}|X{5}|0{6}|\*{3}|\.{3}|…|•{2}|_{4}|-{4}|#{4}|123456|abcdef(?!0)|qwerty|asdf/i

/** Words that are the whole value in code and configuration. */
const WORDS = new Set(
  'null nil none undefined true false yes no on off required optional string number boolean object array any unknown never void password passwd secret token default empty unset auto disabled enabled anonymous guest admin root postgres mysql redis user username test testing localhost basic bearer digest plain plaintext hidden text input newpassword currentpassword current-password new-password one-time-code inherit include omit same-origin'.split(
    ' ',
  ),
)

/** Values of RFC 5849, 6749, 6750 and 7617 and of manuals: everybody copies them. */
const EXAMPLES = new Set(
  '2YotnFZFEjr1zCsicMWpAA tGzv3JOkF0XG5Qx2TlKWIA SplxlOBeZQQYbYS6WxSbIA czZCaGRSa3F0MzpnWDFmQmF0M2JW czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3 7Fjfp0ZBr1KtDRbnfVdmIw gX1fBat3bV s6BhdRkqt3 mF_9.B5f-4.1JqM h480djs93hd8 dh893hdasih9 QWxhZGRpbjpvcGVuIHNlc2FtZQ== QWxhZGRpbjpPcGVuU2VzYW1l dXNlcjpwYXNzd29yZA== dXNlcm5hbWU6cGFzc3dvcmQ= 0685bd9184jfhq22 ad180jjd733klru7 kd94hf93k423kf44 nnch734d00sl2jdk pfkkdhi9sl3r4s00 dpf43f3p2l4k3l03 wOJIO9A2W5mFwDgiDvZbTSMK%2FPY%3D 45ghiukldjahdnhzdauz'.split(
    ' ',
  ),
)
const MADE_UP =
  /^(?:p[a@]ss(?:w[o0]r[dt])?|admin|secret|test|user|root|letmein|welcome|qwerty)[-_.]?\d{0,6}[!@#$%^&*.?]{0,3}$/i

/** True when a value says where a secret goes, or is the example of a documentation. */
export function isPlaceholder(value: string): boolean {
  if (WORDS.has(value.toLowerCase()) || EXAMPLES.has(value) || MADE_UP.test(value)) return true
  const sample = value.length > 400 ? value.slice(0, 400) : value
  if (PLACEHOLDERS.test(sample) && !isAccident(sample)) return true
  const shape = shapeOf(sample, 0, sample.length)
  return shape.length >= 4 && (shape.distinct <= 3 || shape.steps > shape.length * 0.5)
}

/**
 * In a long random value a short word of the list may stand by chance; only words of one case count there. A row of one
 * character stands for what was left out, unless enough is left to be a secret by itself.
 */
function isAccident(sample: string): boolean {
  if (sample.length < 60) {
    const rest = sample.replace(/\*{3}|\.{3}|_{4}|-{4}|#{4}/, '')
    return (
      rest.length >= 40 && rest.length < sample.length && isRandom(rest, 0, rest.length) && !PLACEHOLDERS.test(rest)
    )
  }
  return !/example|placeholder|redacted|your[-_]|replace|insert|x{8}|X{8}|0{12}|\*{3}|\.{3}|…|_{6}|-{6}/.test(sample)
}

const REFERENCE =
  /^(?:\$|%[A-Za-z_]+%|[@!](?![\w$-]*[^\w$:./({@-])|<|\{\{|\{%|\[\[|#\{|op:\/\/|vault:|ENC\[|arn:|ssm:|sm:\/\/|file:|env:|ref\+|kms:|awskms:|keyring:|process\.env|os\.|import\.meta|env\.|ENV[[.]|var\.|local\.|data\.|secrets?\.|config\.|self\.|this\.|settings\.|args\.|options\.|opts\.|req\.|request\.|params\.|props\.|ctx\.|module\.|std::|await |new |function|async |lambda|\(|\[)|\$\{|\{\{|\$\(|#\{|%\(|<%|%>/

/** True when a value points to a secret that stands elsewhere: a variable, an expression, a path in a secret manager. */
export function isReference(value: string): boolean {
  return REFERENCE.test(value)
}

const FILE_ENDING =
  /\.(?:pem|key|crt|cer|pub|json|ya?ml|toml|ini|txt|md|mdx|js|mjs|cjs|ts|tsx|jsx|svelte|vue|py|rb|go|rs|java|kt|php|sh|env|conf|cfg|html?|css|scss|svg|png|jpe?g|lock|log|sql|xml|p12|pfx|jks|so|dll|exe|zip|gz|tgz)$/i
const NOT_A_VALUE =
  /^(?:\d+(?:\.\d+)*(?:[a-z]{1,3})?|v?\d+\.\d+\.\d+\S*|\d{4}-\d\d-\d\d\S*|[\w.+-]+@[\w-]+\.[\w.]+|[\w.-]+\.(?:com|org|net|io|dev|app|local|internal)(?::\d+)?|sha\d+[:-].*|md5:.*|0x[\da-f]{1,16}|#\w+_t|\$2[aby]\$.*|\$argon2.*|\{[A-Z0-9]+\}.*|\\.*|\/.*\/[gimsuy]*,?)$/i
const CODE = /[(){}[\]]|=>|::|[=:]!\d|[,;][A-Za-z_$][\w$.]{0,60}=\w|^urn:|\\[bdswDSW]|\?\.|\w\.\w+\(/

/** True for paths, file names, addresses, versions, dates, hashes with their name, numbers and pieces of code. */
export function isPlainThing(value: string): boolean {
  if (NOT_A_VALUE.test(value) || CODE.test(value) || FILE_ENDING.test(value)) return true
  if (/^(?:\.{0,2}|~|[A-Za-z]:)[\\/]/.test(value)) return value.split(/[\\/]/).length > 2 && !/[+=]/.test(value)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return true
  return /^[\w.-]+(?:\/[\w.-]+){2,}$/.test(value) && !/[0-9][A-Z]|[A-Z][0-9]/.test(value) && !isOdd(value)
}

/** What base64 with two strokes has, and no path. */
function isOdd(value: string): boolean {
  return value.length >= 20 && oddness(value, 0, value.length, true) > 20
}

/** Prefixes of ids and hashes that services and models hand out: they open nothing. */
const ID_PREFIXES = new Set(
  'layer blob object tree patch digest content bundle worker module component pack tmp temp env prrc prr pr ic toolu srvtoolu mcptoolu msg msgbatch req request call resp response rs fc chatcmpl cmpl sha sha1 sha224 sha256 sha384 sha512 sha3 md5 blake3 run thread asst file files batch evt event cus pi ch in sub price prod acct txn pm seti si src usr user org team prj project dpl deployment session sess trace span h1 commit node chunk hash build cache etag gen ws conv item ig ci ctc mcp mcpl mcpr modr ft ftjob vs vsfs proj step job task agent bubbleid composerid message completion container cntr turn exec ls_call lc tsr iter ck uuid id ref rev checkpoint version pk phc pub index main vendor css page app static assets image img font fonts data svelte jsx swc webpack vite babel py pkg npm http https www arn urn sri integrity ssh ecdsa key-id kid jti nonce csrf xsrf backup snapshot snap vol vpc subnet sg i ami eni rtb igw acl'.split(
    ' ',
  ),
)

/** Of these the ones that nobody takes for the prefix of a key: hashes, and ids of calls to models. */
const SURE_IDS = new Set(
  'toolu srvtoolu mcptoolu msg msgbatch req call resp chatcmpl cmpl sha1 sha256 sha384 sha512 md5 thread asst evt cus pi txn pm'.split(
    ' ',
  ),
)

/** True when a prefix is that of an id also beside the name of a secret. */
export function isSurelyId(prefix: string): boolean {
  return SURE_IDS.has(prefix.toLowerCase())
}

/** True when what stands before the first separator of a run is the mark of an id, a hash or a file. */
export function isIdPrefix(prefix: string): boolean {
  return ID_PREFIXES.has(prefix.toLowerCase())
}
