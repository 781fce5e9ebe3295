import { indexWithin, lineStartOf } from './boundary.ts'
import { isPlaceholder, isPlainThing, isReference } from './deny.ts'
import type { Tier } from './finding.ts'
import type { Page } from './page.ts'
import { classesOf, isRandom, shapeOf } from './randomness.ts'

/** A program that takes a secret as an argument, and how it stands there. The last group is the secret. */
interface Command {
  anchor: string
  pattern: RegExp
  /** With `pair` the secret is what follows the first colon. */
  isPair?: boolean
  /** What stands before it on the line, for marks that say too little by themselves. */
  isBeside?: RegExp
}

const QUOTE = `(?:\\\\?["'])?`
const VALUE = `([^\\s"'\\\\;|<>]{4,200})`

/** Forms of the command line. Each pattern is tried once, at the word, on a bounded stretch of the line. */
const COMMANDS: readonly Command[] = [
  {
    anchor: 'curl ',
    pattern: line(`(?:^|\\s)(?:-u[ =]?|(?:--user|--proxy-user)[ =])${QUOTE}([^\\s"'\\\\:]{1,80}:[^\\s"'\\\\]{4,200})`),
    isPair: true,
  },
  { anchor: 'wget ', pattern: line(`--(?:http-|ftp-|proxy-)?password=${QUOTE}${VALUE}`) },
  { anchor: 'sshpass ', pattern: line(`\\s-p ?${QUOTE}${VALUE}`) },
  { anchor: 'mysql', pattern: line(`\\s-p${QUOTE}${VALUE}`) },
  { anchor: 'mariadb', pattern: line(`\\s-p${QUOTE}${VALUE}`) },
  { anchor: 'mongo', pattern: line(`\\s-p ${QUOTE}${VALUE}`) },
  { anchor: 'redis-cli', pattern: line(`\\s(?:-a|--pass) ${QUOTE}${VALUE}`) },
  { anchor: 'docker login', pattern: line(`\\s-p ${QUOTE}${VALUE}`) },
  { anchor: 'podman login', pattern: line(`\\s-p ${QUOTE}${VALUE}`) },
  { anchor: 'helm ', pattern: line(`--password[ =]${QUOTE}${VALUE}`) },
  { anchor: 'az login', pattern: line(`\\s-p ${QUOTE}${VALUE}`) },
  { anchor: 'vault login', pattern: line(`\\s${QUOTE}([A-Za-z0-9._-]{16,200})`) },
  { anchor: 'ldapsearch', pattern: line(`\\s-w ${QUOTE}${VALUE}`) },
  { anchor: 'htpasswd', pattern: line(`\\s-\\w{0,6}b\\w{0,6} \\S{1,80} \\S{1,80} ${QUOTE}${VALUE}`) },
  { anchor: 'openssl ', pattern: line(`\\bpass:${QUOTE}${VALUE}`) },
  { anchor: 'ssh-keygen', pattern: line(`\\s-N ${QUOTE}${VALUE}`) },
  { anchor: 'smbclient', pattern: line(`\\s-U ${QUOTE}[^\\s%"']{1,60}%${VALUE}`) },
  { anchor: '7z ', pattern: line(`\\s-p${QUOTE}${VALUE}`) },
  { anchor: 'unzip ', pattern: line(`\\s-P ${QUOTE}${VALUE}`) },
  { anchor: 'keytool', pattern: line(`\\s-(?:store|key)pass ${QUOTE}${VALUE}`) },
  {
    anchor: 'configure set ',
    pattern: line(
      `^(?:aws_secret_access_key|aws_session_token|\\S*(?:secret|token|password|key)\\S*) ${QUOTE}${VALUE}`,
    ),
  },
  { anchor: 'secret set ', pattern: line(`--body[ =]${QUOTE}${VALUE}`) },
  {
    anchor: 'http ',
    pattern: line(`\\s(?:-a|--auth)[ =]${QUOTE}([^\\s"'\\\\:]{1,80}:[^\\s"'\\\\]{4,200})`),
    isPair: true,
  },
  { anchor: 'openssl ', pattern: line(`\\s-k ${QUOTE}${VALUE}`) },
  { anchor: 'sqlcmd ', pattern: line(`\\s-P ?${QUOTE}${VALUE}`) },
  { anchor: 'bcp ', pattern: line(`\\s-P ?${QUOTE}${VALUE}`) },
  { anchor: 'mosquitto_', pattern: line(`\\s(?:-P|--pw) ${QUOTE}${VALUE}`) },
  { anchor: 'rabbitmqctl ', pattern: line(`\\b(?:add_user|change_password) \\S{1,80} ${QUOTE}${VALUE}`) },
  { anchor: 'lftp ', pattern: line(`\\s-u ${QUOTE}[^\\s,"']{1,80},${VALUE}`) },
  { anchor: 'nuget push', pattern: line(`\\s(?:-k|-ApiKey) ${QUOTE}${VALUE}`) },
  { anchor: 'net use ', pattern: line(`/user:\\S{1,80} ${QUOTE}${VALUE}`) },
  { anchor: 'mc alias set ', pattern: line(`^\\S{1,60} \\S{1,200} ${QUOTE}[^\\s"']{3,80}["']? ${QUOTE}${VALUE}`) },
  { anchor: 'sqlplus ', pattern: line(`(?:^|\\s)["']?[\\w.$#-]{1,40}/${QUOTE}([^\\s"'@/]{4,80})@`) },
  { anchor: 'jdbc:oracle:', pattern: line(`^(?:thin|oci):[\\w.$#-]{1,40}/${QUOTE}([^\\s"'@/]{4,80})@`) },
  { anchor: ' login ', pattern: line(`^${QUOTE}([A-Za-z0-9._-]{20,400})(?=["'\\s]|$)`) },
  { anchor: ' auth ', pattern: line(`^${QUOTE}([A-Za-z0-9._-]{20,400})(?=["'\\s]|$)`) },
  { anchor: '-securestring ', pattern: line(`^(?:-String )?["']([^"'\\n]{4,200})["']`) },
  { anchor: 'send "', pattern: line(`^([^"\\\\\\s]{6,80})\\\\r`) },
  { anchor: 'identified by ', pattern: line(`^(?:PASSWORD )?["']([^"'\\n]{4,200})["']`) },
  { anchor: ':5432:', pattern: line(`^[\\w*-]{1,63}:[\\w.*-]{1,63}:([^\\s:"']{6,100})\\s{0,4}$`) },
  {
    anchor: ' -p ',
    pattern: line(`^${QUOTE}${VALUE}`),
    isBeside: /(?:\s-[uU]|--user(?:name)?)[ =]\S{1,80}(?: .{0,60})?$/,
  },
  {
    anchor: '<<< ',
    pattern: line(`^${QUOTE}(?:[\\w.-]{1,40}:)?${VALUE}`),
    isBeside: /(?:token|secret|passw|login|auth|chpasswd|sudo -S)[^\n]{0,80}$/i,
  },
  { anchor: 'printf ', pattern: piped() },
  { anchor: 'echo ', pattern: piped() },
]

function line(source: string): RegExp {
  return new RegExp(source)
}

/** `echo SECRET | gh secret set NAME`: the text goes to a program that keeps or takes secrets. */
function piped(): RegExp {
  const target =
    'secrets?\\b|sudo -S|env add|password-stdin|with-token|token-stdin|passwd|login|chpasswd|gpg|openssl|kubeseal|pass insert|base64'
  return new RegExp(`^(?:-n\\s+|-e\\s+|'?%s(?:\\\\n)?'?\\s+)*${QUOTE}${VALUE}${QUOTE}\\s*\\|[^|\\n]{0,80}(?:${target})`)
}

/** Literals that make a command worth reading. */
export const COMMAND_ANCHORS: readonly string[] = COMMANDS.map(({ anchor }) => anchor)

const LONGEST_COMMAND = 400

/** Reads the arguments of a command whose name ends at `end`. */
export function readCommand(page: Page, index: number, end: number): void {
  const command = COMMANDS[index]
  if (command === undefined) return
  const { text } = page
  if (command.isBeside && !isBeside(page, command, end - command.anchor.length)) return
  if (end < (page.commandEnds[index] ?? 0)) return
  const lineEnd = indexWithin(text, '\n', end, LONGEST_COMMAND)
  const stop = Math.min(lineEnd < 0 ? text.length : lineEnd, end + LONGEST_COMMAND)
  const from = command.anchor.endsWith(' ') && !command.pattern.source.startsWith('^') ? end - 1 : end
  page.spend(stop - from)
  page.commandEnds[index] = stop
  const match = command.pattern.exec(text.slice(from, stop))
  const value = match?.[1]
  if (match === null || value === undefined) return
  const offset = command.isPair ? value.indexOf(':') + 1 : 0
  const end2 = from + match.index + match[0].lastIndexOf(value) + value.length
  const start = end2 - value.length + offset
  const tier = judge(text.slice(start, end2))
  if (tier !== null) page.add({ kind: 'cli-password', tier, start, end: end2 })
}

function isBeside(page: Page, { isBeside }: Command, start: number): boolean {
  const { text } = page
  const from = lineStartOf(text, start, 120)
  page.spend(start - from)
  return isBeside?.test(text.slice(from, start)) === true
}

function judge(value: string): Tier | null {
  if (value.length < 6 || isReference(value) || isPlaceholder(value) || isPlainThing(value)) return null
  const shape = shapeOf(value, 0, value.length)
  if (isRandom(value, 0, value.length, shape) || (classesOf(shape) >= 3 && shape.length >= 8)) return 'likely'
  return shape.digits > 0 && shape.lowers + shape.uppers > 0 ? 'candidate' : null
}
