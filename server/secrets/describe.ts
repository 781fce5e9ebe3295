import type { SecretSeverity, SecretTier } from '../contract/secrets.ts'
import { FORMATS } from '../redaction/formats/all.ts'
import { parseTemplate } from '../redaction/template.ts'

const formats = new Map(FORMATS.map((format) => [format.id, format]))

/** What structures without a vendor are called. */
const LABELS: Record<string, string> = {
  'cli-password': 'Password on a command line',
  'file-value': 'Value of a secret file',
  'generic-api-key': 'API key',
  'generic-password': 'Password',
  'generic-private-key': 'Private key',
  'generic-secret': 'Secret',
  'generic-token': 'Token',
  'header-basic': 'User and password in a header',
  'header-cookie': 'Cookie of a session',
  jwt: 'JSON Web Token',
  paseto: 'PASETO token',
  'private-key': 'Private key',
  'putty-private-key': 'Private key of PuTTY',
  'seed-phrase': 'Recovery phrase of a wallet',
  'unknown-token': 'Random value with a prefix',
  'url-password': 'Password in an address',
  'url-token': 'Token in an address',
}

const WORDS: Record<string, string> = {
  pat: 'personal access token',
  oauth: 'OAuth token',
  api: 'API',
  id: 'ID',
  other: '',
  sdk: 'SDK',
  svcacct: 'service account',
  url: 'URL',
}

/** How kinds begin that a pattern of the user found. */
const OWN = 'own-'

/** What a kind is called by people: “GitHub personal access token”. */
export function labelOf(kind: string, provider: string | null): string {
  const known = LABELS[kind]
  if (known !== undefined) return known
  if (kind.startsWith(OWN)) return capital(kind.slice(OWN.length).replaceAll('-', ' '))
  const owner = provider ?? formats.get(kind)?.provider ?? ''
  const parts = owner.toLowerCase().split(/[^a-z0-9]+/)
  const said = new Set([...parts, parts.join('')])
  const words = kind.split('-').filter((part) => !said.has(part))
  const label = [owner, ...words.map((word) => WORDS[word] ?? word)].filter(Boolean).join(' ')
  const isNamed = /(?:token|key|secret|password|webhook|url|id|cookie|phrase|dsn)s?$/i.test(label)
  return capital(label).concat(isNamed ? '' : ' key')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Its published prefix, dots and its length: what an owner knows it by, and nothing that helps to guess it. */
export function hintOf(kind: string, length: number): string {
  const [first] = (formats.get(kind)?.templates ?? []).map(parseTemplate).map((parts) => parts[0])
  const prefix = first?.kind === 'literal' && first.text.length < length / 2 ? first.text : ''
  return `${prefix}••••(${length})`
}

const WHOLE_ACCOUNTS =
  /private-key|^(?:aws|gcp|google|azure|github|gitlab|openai|anthropic|npm|pypi|stripe|digitalocean|cloudflare|hashicorp|vault|heroku|databricks)\b|seed-phrase/

/** What somebody who has it could do, as far as its kind says. */
export function severityOf({ kind, tier }: { kind: string; tier: SecretTier }): SecretSeverity {
  if (tier === 'candidate') return 'low'
  if (WHOLE_ACCOUNTS.test(kind)) return tier === 'definite' ? 'critical' : 'high'
  return tier === 'definite' ? 'high' : 'medium'
}

/** Where owners revoke their keys. */
const PAGES: Record<string, string> = {
  anthropic: 'https://console.anthropic.com/settings/keys',
  aws: 'https://console.aws.amazon.com/iam',
  cloudflare: 'https://dash.cloudflare.com/profile/api-tokens',
  digitalocean: 'https://cloud.digitalocean.com/account/api/tokens',
  github: 'https://github.com/settings/tokens',
  gitlab: 'https://gitlab.com/-/user_settings/personal_access_tokens',
  huggingface: 'https://huggingface.co/settings/tokens',
  npm: 'https://www.npmjs.com/settings/~/tokens',
  openai: 'https://platform.openai.com/api-keys',
  pypi: 'https://pypi.org/manage/account/token',
  sendgrid: 'https://app.sendgrid.com/settings/api_keys',
  slack: 'https://api.slack.com/apps',
  stripe: 'https://dashboard.stripe.com/apikeys',
}

/** How it is made worthless. */
export function adviceFor(kind: string, provider: string | null): { text: string; url: string | null } {
  const owner = (provider ?? '').toLowerCase().replace(/[^a-z0-9]/g, '')
  const url = PAGES[owner] ?? PAGES[kind.split('-')[0] ?? ''] ?? null
  if (kind.includes('private-key')) {
    return { text: 'Make a new key pair, put the new public key in the place of the old one, and delete the old.', url }
  }
  if (kind === 'seed-phrase') {
    return { text: 'Move everything to a new wallet: a recovery phrase cannot be changed.', url }
  }
  const where = provider === null || kind.startsWith(OWN) ? 'where it was issued' : `at ${provider}`
  return { text: `Revoke it ${where}, make a new one, and replace it where it is used.`, url }
}
