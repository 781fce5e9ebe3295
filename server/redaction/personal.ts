import type { OwnPatterns, Range } from './finding.ts'

/** What is said about people and their machines. Kinds of findings are `personal-` and one of these. */
export type PersonalKind = 'user' | 'mail' | 'host' | 'address'

/** Names that are known beforehand, such as those of this machine: they are found wherever they stand as a word. */
export interface KnownNames {
  users: readonly string[]
  hosts: readonly string[]
}

interface Found extends Range {
  kind: string
}

/** Shorter names are words of everyday texts. */
const SHORTEST_NAME = 5
const LONGEST_NAME = 32

/** Names of nobody: what systems, images and examples are called, and what stands here in the place of names. */
const NOBODY =
  /^(?:user\d*|username|yourname|your-name|you|me|name|root|admin|runner|node|ubuntu|debian|app|vscode|coder|codespace|gitpod|linuxbrew|shared|public|default|guest|nobody|test|example|host\d+)$/i

/** How home folders begin, also in the names that agents make of paths (`-home-ada-app`). */
const HOMES: readonly { opens: string; name: RegExp }[] = [
  { opens: '/home/', name: /[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}/y },
  { opens: '/Users/', name: /[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}/y },
  { opens: ':\\Users\\', name: /[^\\/:*?"<>|\s][^\\/:*?"<>|\r\n\t]{0,31}/y },
  { opens: '-home-', name: /[A-Za-z0-9_][A-Za-z0-9_.]{0,31}/y },
  { opens: '-Users-', name: /[A-Za-z0-9_][A-Za-z0-9_.]{0,31}/y },
]

const LOCAL = /[A-Za-z0-9._%+-]/
const DOMAIN = /[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?){0,6}/y
const LONGEST_LOCAL = 64
/** What machines write from. */
const MACHINES =
  /^(?:git|hg|svn|no-?reply|root|postmaster|mailer-daemon|notifications?|support|info|npm|dependabot.*)$/i
const EXAMPLES = /(?:^|\.)(?:example\.(?:com|org|net)|example|invalid|test|localhost)$/i
/** Ends of names that are no domains: files, and units of systemd. */
const NO_DOMAIN =
  /\.(?:png|jpe?g|gif|svg|webp|ico|js|mjs|cjs|ts|tsx|jsx|css|scss|html?|json|md|py|rs|go|java|rb|sh|txt|ya?ml|toml|lock|log|service|timer|socket|target)$/i
/** Ends of names that only a network of somebody knows. */
const PRIVATE_DOMAIN = /\.(?:local|lan|internal|intranet|corp|home|home\.arpa)$/i
/** After a user and a host: a path, as prompts and copies over ssh have it. */
const PROMPT = /:(?:~|\/|\d+:)|[ :]?[~/][^\s]*[$#%] /y

const PRIVATE_ADDRESS =
  /(?<![\w.-])(?:10\.\d{1,3}|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d{1,3}(?:\.\d{1,3})?(?![\w-]|\.\d)/g
const SCHEME = /:\/\/(?:[^\s/@"'<>]{0,200}@)?/y

/**
 * Finds user names in paths of home folders, e-mail addresses, names of hosts in private networks and their addresses. Rather too
 * few than too many: a word alone is found only when it is known to be a name.
 */
export class PersonalData implements OwnPatterns {
  readonly #names: readonly { name: string; kind: PersonalKind }[]

  constructor(known: KnownNames = { users: [], hosts: [] }) {
    this.#names = [
      ...known.users.map((name) => ({ name, kind: 'user' as const })),
      ...known.hosts.map((name) => ({ name, kind: 'host' as const })),
    ].filter(({ name }) => name.length >= SHORTEST_NAME && name.length <= LONGEST_NAME * 2 && !NOBODY.test(name))
  }

  find(text: string): Found[] {
    const found = [...usersIn(text), ...atSignsIn(text), ...hostsIn(text), ...addressesIn(text), ...this.#wordsIn(text)]
    return found.sort((a, b) => a.start - b.start || b.end - a.end)
  }

  *#wordsIn(text: string): Generator<Found> {
    for (const { name, kind } of this.#names) {
      for (const start of placesOf(text, name)) {
        const end = start + name.length
        const isWord = !/[A-Za-z0-9]/.test(text.charAt(start - 1)) && !/[A-Za-z0-9]/.test(text.charAt(end))
        if (isWord) yield { start, end, kind: `personal-${kind}` }
      }
    }
  }
}

/** True for a kind of finding of {@link PersonalData}. */
export function isPersonal(kind: string): boolean {
  return kind.startsWith('personal-')
}

/** What stands in the place of a name, an address or a host, the `number`-th of its kind. It is not found again. */
export function pseudonym(kind: string, number: number): string {
  switch (kind) {
    case 'personal-mail':
      return `mail${number}@example.invalid`
    case 'personal-host':
      return `host${number}`
    case 'personal-address':
      // Addresses that the internet sets aside for documents.
      return `${['192.0.2', '198.51.100', '203.0.113'][Math.floor((number - 1) / 254) % 3]}.${((number - 1) % 254) + 1}`
    default:
      return `user${number}`
  }
}

function* usersIn(text: string): Generator<Found> {
  for (const { opens, name } of HOMES) {
    for (const at of placesOf(text, opens)) {
      if (opens.startsWith('-') && /[\w.-]/.test(text.charAt(at - 1))) continue
      const start = at + opens.length
      name.lastIndex = start
      const user = name.exec(text)?.[0].replace(/[. ]+$/, '')
      if (user === undefined || NOBODY.test(user) || user.length < 2) continue
      if (!opens.includes('\\') || text.charAt(start + user.length) === '\\') {
        yield { start, end: start + user.length, kind: 'personal-user' }
      }
    }
  }
}

/** Addresses of e-mail, and users at hosts (`ada@build01:~$`, `scp x ada@build01:/srv`). */
function* atSignsIn(text: string): Generator<Found> {
  for (const at of placesOf(text, '@')) {
    let from = at
    while (from > 0 && at - from < LONGEST_LOCAL && LOCAL.test(text.charAt(from - 1))) from -= 1
    const local = text.slice(from, at).replace(/^[.%+-]+/, '')
    DOMAIN.lastIndex = at + 1
    const domain = DOMAIN.exec(text)?.[0] ?? ''
    if (local === '' || domain === '' || EXAMPLES.test(domain)) continue
    const end = at + 1 + domain.length
    const start = at - local.length
    if (/\.[A-Za-z]{2,24}$/.test(domain) && !NO_DOMAIN.test(domain) && !PRIVATE_DOMAIN.test(domain)) {
      if (!MACHINES.test(local)) yield { start, end, kind: 'personal-mail' }
      continue
    }
    PROMPT.lastIndex = end
    if (!PRIVATE_DOMAIN.test(domain) && !PROMPT.test(text)) continue
    if (!NOBODY.test(local) && !MACHINES.test(local)) yield { start, end: at, kind: 'personal-user' }
    if (/[A-Za-z]/.test(domain) && !NOBODY.test(domain)) yield { start: at + 1, end, kind: 'personal-host' }
  }
}

/** Hosts of private networks in addresses: `http://build01.corp:8080`. */
function* hostsIn(text: string): Generator<Found> {
  for (const at of placesOf(text, '://')) {
    SCHEME.lastIndex = at
    const start = at + (SCHEME.exec(text)?.[0].length ?? 3)
    DOMAIN.lastIndex = start
    const host = DOMAIN.exec(text)?.[0] ?? ''
    if (PRIVATE_DOMAIN.test(host)) yield { start, end: start + host.length, kind: 'personal-host' }
  }
}

function* addressesIn(text: string): Generator<Found> {
  for (const { index, 0: address } of text.matchAll(PRIVATE_ADDRESS)) {
    const parts = address.split('.')
    if (parts.length !== 4 || parts.some((part) => Number(part) > 255)) continue
    yield { start: index, end: index + address.length, kind: 'personal-address' }
  }
}

function* placesOf(text: string, piece: string): Generator<number> {
  for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + piece.length)) yield at
}
