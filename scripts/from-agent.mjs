// What agents start: a hook, and the status line of Claude Code. Plain Node without a dependency, because an agent waits
// for it, up to several times a minute. It never fails and says nothing of its own: an agent is not to notice that
// Lossless is missing.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/**
 * How long a running server may take for an answer, in milliseconds; without a server nothing waits. A brief is worth
 * seconds after a compaction that took many; a status line is not, and the guard is asked before every tool call.
 */
const PATIENCE = { hook: 4000, guard: 1000, statusline: 300 }

/** The events that the guard answers. */
const GUARDED = ['UserPromptSubmit', 'PreToolUse']

/** From these shares of the window on, in percent, the gauge is yellow and red while no server says others. */
const LEVELS = [75, 90]

/** Hands what the agent says to the server and prints its answer. Returns the exit code, which is always 0. */
export async function runHook(args) {
  const call = readCall(args)
  const input = await readInput()
  if (input === null) return 0
  const patience = GUARDED.includes(input.hook_event_name) ? PATIENCE.guard : PATIENCE.hook
  const reply = await ask('/api/hooks/run', { agent: call.agent, input }, call, patience)
  if (reply?.output != null) await print(JSON.stringify(reply.output))
  return 0
}

/** Prints the status line: the server's, which knows more, or one from what the agent says. */
export async function runStatusLine(args) {
  const call = readCall(args)
  const input = await readInput()
  if (input === null) return 0
  const reply = await ask('/api/statusline', { agent: call.agent, input }, call, PATIENCE.statusline)
  const line = typeof reply?.line === 'string' ? reply.line : statusLine({ context: contextOf(input), levels: LEVELS })
  const columns = Number(process.env.COLUMNS)
  await print(columns > 0 ? fitted(line, columns) : line)
  return 0
}

/**
 * One line: a gauge, the share of the window, and what else is known. `context` is `{ used, window }` or null,
 * `notes` are further parts, the most important first.
 */
export function statusLine({ context, levels, notes = [] }) {
  if (context === null) return ['context not known yet', ...notes].join(SEPARATOR)
  const share = Math.min(1, Math.max(0, context.used / context.window))
  const full = Math.round(share * CELLS)
  const gauge = '▰'.repeat(full) + '▱'.repeat(CELLS - full)
  const percent = `${Math.round(share * 100)} %`
  return [paint(`${gauge} ${percent}`, share * 100, levels), ...notes].join(SEPARATOR)
}

/** What the JSON of a status line says of the context; null before the first answer and right after a compaction. */
export function contextOf(input) {
  const stated = input?.context_window
  const window = numberOf(stated?.context_window_size)
  if (window === null || window <= 0) return null
  const usage = stated.current_usage
  if (usage !== null && typeof usage === 'object') {
    const parts = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens']
    const used = parts.reduce((sum, name) => sum + (numberOf(usage[name]) ?? 0), 0)
    return used > 0 ? { used, window } : null
  }
  // A null says that there was no answer yet; older versions do not have the field.
  if (usage === null) return null
  const percent = numberOf(stated.used_percentage)
  return percent === null ? null : { used: Math.round((percent / 100) * window), window }
}

const CELLS = 7
const SEPARATOR = ' · '

function paint(text, percent, levels) {
  const [first = 101, second = 101] = [...levels].sort((a, b) => a - b)
  const colour = percent >= second ? 31 : percent >= first ? 33 : 32
  return `\u001b[${colour}m${text}\u001b[0m`
}

/** Leaves out parts at the end that would wrap. Colours take no columns. */
function fitted(line, columns) {
  const parts = line.split(SEPARATOR)
  while (parts.length > 1 && visible(parts.join(SEPARATOR)) > columns) parts.pop()
  return parts.join(SEPARATOR)
}

function visible(text) {
  // eslint-disable-next-line no-control-regex -- what is left out are the control sequences of colours
  return text.replaceAll(/\u001b\[[0-9;]*m/g, '').length
}

function readCall(args) {
  let agent = 'claude-code'
  let data = process.env.LOSSLESS_DATA
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index]
    if (argument === '--data') data = args[++index]
    else if (argument.startsWith('--data=')) data = argument.slice('--data='.length)
    else if (!argument.startsWith('-')) agent = argument
  }
  return { agent, dataDir: data === undefined || data === '' ? defaultData() : resolve(expanded(data)) }
}

function expanded(path) {
  return /^~(?=$|[/\\])/.test(path) ? join(homedir(), path.slice(1)) : path
}

/** The same folder as in `server/platform-folders.ts`; a test compares them. */
export function defaultData(platform = process.platform, env = process.env, home = homedir()) {
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'Lossless')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Lossless')
  const stated = env.XDG_DATA_HOME
  return join(stated !== undefined && isAbsolute(stated) ? stated : join(home, '.local', 'share'), 'lossless')
}

/** The JSON on the standard input; null when there is none that can be read. */
async function readInput() {
  if (process.stdin.isTTY) return null
  try {
    process.stdin.setEncoding('utf8')
    let text = ''
    for await (const part of process.stdin) text += part
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** The server's answer; null when none runs on the data folder, or it takes too long, or refuses. */
async function ask(path, body, call, patience) {
  const server = runningServer(call.dataDir)
  if (server === null) return null
  // Loaded only where there is somebody to ask: it is half of what a start costs.
  const { request } = await import('node:http')
  return new Promise((done) => {
    const text = JSON.stringify(body)
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      authorization: `Bearer ${server.token}`,
    }
    const options = { host: server.host, port: server.port, path, method: 'POST', headers, agent: false }
    const asking = request(options, (response) => {
      let reply = ''
      response.setEncoding('utf8')
      response.on('data', (part) => {
        reply += part
      })
      response.on('end', () => end(response.statusCode === 200 ? parsed(reply) : null))
      response.on('error', () => end(null))
    })
    const timer = setTimeout(() => end(null), patience)
    const end = (value) => {
      clearTimeout(timer)
      asking.destroy()
      done(value)
    }
    asking.on('error', () => end(null))
    asking.end(text)
  })
}

function runningServer(dataDir) {
  try {
    const { url } = JSON.parse(readFileSync(join(dataDir, 'instance.json'), 'utf8'))
    const { hostname, port, searchParams } = new URL(url)
    const token = searchParams.get('token')
    return hostname === '127.0.0.1' && token !== null ? { host: hostname, port: Number(port), token } : null
  } catch {
    return null
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A pipe whose reader has gone is no fault of the agent's. */
function print(text) {
  return new Promise((done) => {
    process.stdout.on('error', () => done())
    process.stdout.write(`${text}\n`, () => done())
  })
}

function numberOf(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
