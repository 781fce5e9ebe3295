import { BIT, bitsAt, runStart } from './charset.ts'
import { isPlaceholder, isReference } from './deny.ts'
import type { Page } from './page.ts'
import { isRandom } from './randomness.ts'

/** Where the host of an address begins. */
export const URL_ANCHOR = '://'

/** A part of an address that makes the whole a secret. */
export interface Webhook {
  anchor: string
  kind: string
  /** Null for any service: the path says what it is. */
  provider: string | null
}

/** Addresses that are a secret as a whole, by a part of them that no other address has. */
export const WEBHOOKS: readonly Webhook[] = [
  { anchor: 'hooks.slack.com/services/', kind: 'slack-webhook', provider: 'Slack' },
  { anchor: 'hooks.slack.com/workflows/', kind: 'slack-workflow', provider: 'Slack' },
  { anchor: 'hooks.slack.com/triggers/', kind: 'slack-workflow', provider: 'Slack' },
  { anchor: 'discord.com/api/webhooks/', kind: 'discord-webhook', provider: 'Discord' },
  { anchor: 'discordapp.com/api/webhooks/', kind: 'discord-webhook', provider: 'Discord' },
  { anchor: 'webhook.office.com/webhookb2/', kind: 'teams-webhook', provider: 'Microsoft Teams' },
  { anchor: 'outlook.office.com/webhook/', kind: 'teams-webhook', provider: 'Microsoft Teams' },
  { anchor: 'hooks.zapier.com/hooks/catch/', kind: 'zapier-webhook', provider: 'Zapier' },
  { anchor: '.make.com/', kind: 'make-webhook', provider: 'Make' },
  { anchor: '.logic.azure.com', kind: 'power-automate', provider: 'Microsoft Power Automate' },
  { anchor: 'chat.googleapis.com/v1/spaces/', kind: 'google-chat-webhook', provider: 'Google Chat' },
  { anchor: 'open.feishu.cn/open-apis/bot/v2/hook/', kind: 'feishu-webhook', provider: 'Feishu' },
  { anchor: 'open.larksuite.com/open-apis/bot/v2/hook/', kind: 'feishu-webhook', provider: 'Feishu' },
  { anchor: 'maker.ifttt.com/trigger/', kind: 'ifttt-webhook', provider: 'IFTTT' },
  { anchor: 'webhook.site/', kind: 'webhook', provider: null },
  { anchor: '/hooks/', kind: 'webhook', provider: null },
  { anchor: '/webhook/', kind: 'webhook', provider: null },
  { anchor: '/webhooks/', kind: 'webhook', provider: null },
  { anchor: '/incoming/', kind: 'webhook', provider: null },
  { anchor: 'qyapi.weixin.qq.com/cgi-bin/webhook/send', kind: 'wecom-webhook', provider: 'WeCom' },
]

const LONGEST_HOST = 600
const URL_END = new Set([...' \t\r\n"\'`<>|\\^{}'].map((char) => char.charCodeAt(0)))

/** Looks for `user:password@` after a scheme. `end` is behind the `://`. */
export function readAddress(page: Page, end: number): void {
  const { text } = page
  if (end <= page.addressEnd) return
  const schemeStart = runStart(text, end - 3, BIT.name, end - 23)
  if (schemeStart === end - 3) return
  let colon = -1
  let at = end
  let sign = -1
  const stop = Math.min(text.length, end + LONGEST_HOST)
  for (; at < stop; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 64) sign = at
    else if (code === 58 && colon < 0) colon = at
    else if (code === 47 && (sign >= 0 || colon < 0 || !hasSignSoon(text, at))) break
    else if (URL_END.has(code) && !(code === 123 || code === 125)) break
    else if (code === 63 && sign < 0 && colon < 0) break
  }
  page.addressEnd = end
  page.spend(at - end)
  if (sign < 0) return
  const scheme = text.slice(schemeStart, end - 3).toLowerCase()
  const host = text.slice(sign + 1, Math.min(at, sign + 80))
  if (colon === sign - 1) return nameOnly(page, { scheme, from: end, to: colon })
  if (colon < 0 || colon > sign) return nameOnly(page, { scheme, from: end, to: sign })
  const user = text.slice(end, colon)
  const password = text.slice(colon + 1, sign)
  if (!isPassword(user, password, host)) return
  const isGit = scheme === 'https' || scheme === 'http'
  page.add({
    kind: isGit ? 'url-basic-auth' : 'url-password',
    provider: null,
    tier:
      password.length >= 8 && /\d|[A-Z].*[a-z]|[a-z].*[A-Z]|[!#$%^&*+=?~_-]/.test(password) ? 'likely' : 'candidate',
    start: colon + 1,
    end: sign,
  })
}

/** A `/` in a password: only when the `@` of the same address follows before anything that ends it. */
function hasSignSoon(text: string, at: number): boolean {
  for (let next = at + 1; next < at + 40; next += 1) {
    const code = text.charCodeAt(next)
    if (code === 64) return true
    if (code === 47 || code === 63 || code === 35 || URL_END.has(code) || Number.isNaN(code)) return false
  }
  return false
}

/** `https://TOKEN@host`: the name is the secret. */
function nameOnly(page: Page, place: { scheme: string; from: number; to: number }): void {
  const { from, to } = place
  const { text } = page
  if (to - from < 16 || !/^[\w.~-]+$/.test(text.slice(from, to))) return
  if (isRandom(text, from, to)) page.add({ kind: 'url-token', tier: 'likely', start: from, end: to })
}

const DULL = new Set(
  'password pass pwd secret user username root admin test guest example changeme postgres mysql mongo redis rabbitmq minioadmin foo bar baz pw x xxx token x-oauth-basic oauth2 x-access-token hunter2 letmein dev local app db'.split(
    ' ',
  ),
)

function isPassword(user: string, password: string, host: string): boolean {
  if (password.length < 5 || /\s/.test(user + password)) return false
  if (DULL.has(password.toLowerCase()) || password === user) return false
  if (/^\d{1,5}(?:\/|$)/.test(password)) return false
  if (isReference(password) || isPlaceholder(password) || /[<>{}()[\]$]/.test(password) || /^%[a-z]$/i.test(password))
    return false
  if (/^(?:localhost|127\.|0\.0\.0\.0|\[::1\]|example\.)/.test(host))
    return password.length >= 10 && /\d/.test(password) && /[a-z]/i.test(password)
  return host.length > 1 && !/^(?:host|hostname|example|your|server)\b/.test(host)
}

/** The number of an account and a short code, which by chance may be letters only. */
const NUMBER_AND_CODE = /^\d{5,}\/[a-z\d]{7}\/?$/

/** Reads a whole address that is a secret. `at` is where its telling part begins. */
export function readWebhook(page: Page, webhook: Webhook, at: number, end: number): void {
  const { text } = page
  let start = at
  const isAny = webhook.provider === null
  while (start > at - 120 && start > 0 && isOfAddress(text, start - 1, isAny)) start -= 1
  const scheme = ['https://', 'http://'].find((one) => text.startsWith(one, start - one.length))
  if (scheme === undefined && (isAny || webhook.kind === 'make-webhook')) return
  let to = end
  const stop = Math.min(text.length, end + 800)
  while (to < stop && !URL_END.has(text.charCodeAt(to)) && !',;)]'.includes(text.charAt(to))) to += 1
  page.spend((to - start) * 4)
  while (to > end && '.:!*'.includes(text.charAt(to - 1))) to -= 1
  const tail = text.slice(end, to)
  if (webhook.kind === 'make-webhook' && !/^hooks?\.[a-z0-9.]+$/.test(text.slice(start, at))) return
  const least = isAny ? 16 : 7
  const isLong =
    tail.split(/[/?&=]/).some((part) => part.length >= least && isRandomPart(part)) || NUMBER_AND_CODE.test(tail)
  if (!isLong || isPlaceholder(tail) || /[{}$<]/.test(tail)) return
  page.add({
    kind: webhook.kind,
    provider: webhook.provider,
    tier: isAny ? 'likely' : 'definite',
    start: start - (scheme?.length ?? 0),
    end: to,
  })
}

/** The host, and for a service that is not known the path before as well. */
function isOfAddress(text: string, at: number, withPath: boolean): boolean {
  if ((bitsAt(text, at) & BIT.host) !== 0) return text.charAt(at) !== ':' || text.charAt(at + 1) !== '/'
  return withPath && text.charAt(at) === '/' && text.charAt(at - 1) !== '/' && text.charAt(at - 1) !== ':'
}

function isRandomPart(part: string): boolean {
  return part.length < 10
    ? /\d/.test(part) && /[a-z]/i.test(part)
    : isRandom(part, 0, part.length) || /^[\da-f]{8}-/.test(part)
}
