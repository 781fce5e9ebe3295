import { isPlaceholder, isPlainThing, isReference } from './deny.ts'
import type { Page } from './page.ts'
import { isRandom } from './randomness.ts'

const SECRET_FILE =
  /(?:^|[\\/])(?:\.env(?:\.[\w.-]+)?|[\w-]+\.env|\.envrc|\.npmrc|\.yarnrc\.yml|\.pypirc|\.netrc|_netrc|\.pgpass|\.my\.cnf|\.git-credentials|\.htpasswd|\.s3cfg|\.boto|\.dockercfg|\.vault-token|\.aws[\\/](?:credentials|config)|\.kube[\\/]config|kubeconfig(?:\.ya?ml)?|\.docker[\\/]config\.json|\.cargo[\\/]credentials(?:\.toml)?|\.gem[\\/]credentials|rclone\.conf|hosts\.yml|auth\.json|credentials(?:\.json|\.ya?ml|\.toml)?|secrets?\.(?:json|ya?ml|toml|env|tfvars|properties)|[\w.-]*\.tfvars|[\w.-]*\.tfstate|service[-_]?account[\w-]*\.json|wp-config\.php|master\.key|\.dev\.vars)$/i
const SAMPLE = /(?:example|sample|template|dist|default|schema|\.md|\.test|\.spec)(?:\.[\w-]+)?$/i

/** True for files that hold secrets by their nature; not for their samples. */
export function isSecretFile(path: string): boolean {
  return SECRET_FILE.test(path) && !SAMPLE.test(path)
}

/** A line of such a file, also as a listing, a diff or JSON shows it. Every part is bounded: a long line costs its length. */
const SETTING =
  /^[ \t]{0,20}(?:\d{1,6}(?:→|\t|: ?|\|))?[ \t]{0,8}[+-]?[ \t]{0,8}(?:export[ \t]{1,4}|set[ \t]{1,4}|-[ \t]{1,4})?["']?([A-Za-z_/][\w./:-]{0,80}?)["']?[ \t]{0,8}[=:][ \t]{0,8}([^\s#;,][^\r\n]{2,2000})$/gm
/** Names whose values are settings, not secrets. */
const HARMLESS =
  /(?:^|[_.-])(?:host|hostname|port|url|uri|endpoint|region|zone|env|environment|mode|level|debug|user|username|email|name|database|db|path|dir|file|version|timeout|ttl|size|limit|enabled|origin|origins|domain|bucket|model|locale|lang|tz|timezone|node_env|kind|type|format|color|theme|registry|index|cluster|namespace|server|contexts?|apiversion|project_id|client_email|client_x509_cert_url|token_uri|auth_uri|output|profile)$/i

const WHOLE = /^\s{0,40}(?:\d{1,6}(?:→|\t))?[ \t]{0,8}([^\s=:]{16,400})\s{0,40}$/

/** Judges every setting of a file that holds secrets: also values that look harmless elsewhere. */
export function readSecretFile(page: Page): void {
  const { text } = page
  page.spend(text.length)
  const whole = text.length < 600 ? WHOLE.exec(text)?.[1] : undefined
  if (whole !== undefined && isRandom(whole, 0, whole.length) && !isPlaceholder(whole)) {
    const start = text.indexOf(whole)
    page.add({ kind: 'file-value', tier: 'likely', start, end: start + whole.length })
  }
  for (const match of text.matchAll(SETTING)) {
    const name = match[1] ?? ''
    const value = contentOf(match[2] ?? '')
    if (HARMLESS.test(name) || value.length < 6 || /\s/.test(value)) continue
    if (isReference(value) || isPlaceholder(value) || isPlainThing(value) || /^[a-z]+$/i.test(value)) continue
    const start = match.index + match[0].lastIndexOf(value)
    page.add({ kind: 'file-value', tier: 'likely', start, end: start + value.length })
  }
}

/** The value of a setting without its quotes and what may follow them. */
function contentOf(written: string): string {
  const text = written.trimEnd()
  const quote = text.charAt(0)
  if (quote !== '"' && quote !== "'") return text.replace(/[,;]$/, '').trimEnd()
  const end = text.indexOf(quote, 1)
  return end < 0 ? '' : text.slice(1, end)
}
