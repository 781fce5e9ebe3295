import { execFile } from 'node:child_process'
import { readFile, readdir, readlink } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A process that listens on a port. */
export interface PortHolder {
  pid: number
  command: string
}

/** Says in one or two sentences why the port cannot be had and what to do, naming the holder where it can be found. */
export async function explainTakenPort(port: number): Promise<string> {
  const holder = await findPortHolder(port)
  const remedy = 'Stop it, or choose another port: npm start -- --port 0 takes any free one.'
  if (holder === null) return `Port ${port} is taken by another program, perhaps of another user. ${remedy}`
  const what = /server[/\\]main\.ts/.test(holder.command) ? 'another Lossless with its own data folder' : holder.command
  return `Port ${port} is taken by process ${holder.pid} (${what}). ${remedy}`
}

/** Looks for the process that listens on a port of this machine; null where that cannot be seen. */
export async function findPortHolder(port: number): Promise<PortHolder | null> {
  try {
    return process.platform === 'linux' ? await findInProc(port) : await findByLsof(port)
  } catch {
    return null
  }
}

async function findInProc(port: number): Promise<PortHolder | null> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const sockets = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`))
  if (sockets.size === 0) return null
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    if (!(await holdsOneOf(pid, sockets))) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return { pid: Number(pid), command: shorten(command.replaceAll('\0', ' ')) }
  }
  return null
}

/** Rows look like `0: 0100007F:1051 00000000:0000 0A … inode`; state 0A is "listens". */
function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(`:${wanted}`) && columns[3] === '0A')
    .flatMap((columns) => columns[9] ?? [])
}

async function holdsOneOf(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const handles = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const handle of handles) {
    const target = await readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')
    if (sockets.has(target)) return true
  }
  return false
}

async function findByLsof(port: number): Promise<PortHolder | null> {
  const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp'], { timeout: 3000 })
  const pid = Number(/^p(\d+)/m.exec(stdout)?.[1])
  if (!Number.isInteger(pid)) return null
  const listing = await run('ps', ['-o', 'command=', '-p', String(pid)], { timeout: 3000 })
  return { pid, command: shorten(listing.stdout) }
}

function shorten(command: string): string {
  const text = command.trim()
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
