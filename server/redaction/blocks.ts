import { indexWithin } from './boundary.ts'
import type { Page } from './page.ts'

/** How key blocks begin. */
export const BLOCK_ANCHORS = ['-----begin ', 'putty-user-key-file-', '---- begin ssh2 ']

const LONGEST_BLOCK = 40_000
/** A text that is base64 of an ASN.1 sequence, of OpenSSH's magic word, of a packet of OpenPGP, or of an encrypted key. */
const KNOWN_BODY = /^(?:MI|b3BlbnNzaC1rZXktdjE|lQ|lI|lF|xcL|xYY|xV|MC|MH|ME)/

/** Reads a block `-----BEGIN … -----`. Private keys are found; certificates and public keys are passed over whole. */
export function readBlock(page: Page, start: number, end: number): void {
  const { text } = page
  if (start < page.blockEnd) return
  if (text.startsWith('PuTTY', start)) return readPutty(page, start)
  const lineEnd = indexWithin(text, '-----', end, 80)
  if (lineEnd < 0) return
  const label = text.slice(end, lineEnd)
  const bodyFrom = lineEnd + 5
  const stop = Math.min(text.length, bodyFrom + LONGEST_BLOCK)
  const closing = nextDashes(text, bodyFrom, stop)
  page.spend(closing - start)
  const isClosed = /^-----END /i.test(text.slice(closing, closing + 9))
  const isPrivate = /PRIVATE KEY/i.test(label)
  const to = isPrivate && isClosed ? closeOf(text, closing) : bodyEnd(text, bodyFrom, closing)
  page.addBlock(start, to)
  if (!isPrivate) return
  const body = keyBody(text.slice(bodyFrom, Math.min(to, bodyFrom + 4000)))
  if (
    body.length < 40 ||
    /^(.)\1+$/.test(body.slice(0, 40)) ||
    /\.\.\.|…|xxxx|\*\*\*|<[a-z]/i.test(text.slice(bodyFrom, Math.min(to, bodyFrom + 200)))
  )
    return
  const kind = kindOf(label)
  const tier = KNOWN_BODY.test(body) || (isClosed && body.length > 150) ? 'definite' : 'likely'
  page.add({ kind, tier, start, end: to })
}

function kindOf(label: string): string {
  if (/PGP/.test(label)) return 'pgp-private-key'
  if (/OPENSSH/.test(label)) return 'ssh-private-key'
  return 'private-key-block'
}

/** `from` when the next dashes are too far. */
function nextDashes(text: string, from: number, stop: number): number {
  const at = indexWithin(text, '-----', from, stop - from)
  return at < 0 ? stop : at
}

function closeOf(text: string, closing: number): number {
  const end = indexWithin(text, '-----', closing + 5, 80)
  return end < 0 ? Math.min(text.length, closing + 30) : end + 5
}

const BLOCK_LINE =
  /^[ \t>|+#*;-]{0,12}(?:\d{1,6}[→:|\t])?[ \t]{0,8}(?:[A-Za-z0-9+/=]{1,80}|[A-Z][\w-]{1,30}: [^\r\n]{1,200})?[ \t\r]{0,8}$/
const LINE_BREAK = /\n|\\+r?\\*n/g

/** Of a block without its end: as far as its lines go. Other text in the middle of it ends it. */
function bodyEnd(text: string, from: number, stop: number): number {
  let end = from
  let at = from
  while (at < stop) {
    LINE_BREAK.lastIndex = at
    const match = LINE_BREAK.exec(text)
    const lineEnd = match === null || match.index > stop ? stop : match.index
    if (lineEnd - at > 260 || !BLOCK_LINE.test(text.slice(at, lineEnd))) break
    if (lineEnd > at) end = lineEnd
    at = match === null ? stop : match.index + match[0].length
  }
  return end
}

/** The base64 of a block: without headers, line numbers, marks of a diff, a quotation or a comment, and written line ends. */
function keyBody(block: string): string {
  return block
    .split(/\\+[nr]|[\r\n]+/)
    .map((line) => line.replace(/^[\s+\-|>│#*;]*(?:\d+[→:|\s]\s*)?/, '').trim())
    .filter((line) => !line.includes(':') && /^[A-Za-z0-9+/=]+$/.test(line))
    .join('')
}

const PUTTY = /Private-Lines:\s*(\d+)\s*((?:[A-Za-z0-9+/=]{1,80}\s{1,4}){1,200})/

function readPutty(page: Page, start: number): void {
  const { text } = page
  const block = text.slice(start, start + 12_000)
  page.spend(2000)
  const match = PUTTY.exec(block)
  if (match === null) return
  const from = start + match.index + match[0].length - (match[2]?.length ?? 0)
  const to = from + (match[2]?.trimEnd().length ?? 0)
  page.addBlock(start, to)
  page.add({ kind: 'putty-private-key', tier: 'definite', start: from, end: to })
}
