import { spawn } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the choice of a terminal depends on. */
export interface Desk {
  env: NodeJS.ProcessEnv
  platform: NodeJS.Platform
}

/** Terminals of Linux desktops, with what stands before a program that they shall run. */
const TERMINALS: readonly (readonly [program: string, ...options: string[]])[] = [
  ['x-terminal-emulator', '-e'],
  ['gnome-terminal', '--'],
  ['konsole', '-e'],
  ['xfce4-terminal', '-x'],
  ['kitty'],
  ['alacritty', '-e'],
  ['xterm', '-e'],
]

/** A terminal that is going to fail does so within this time, in milliseconds. */
const SETTLES_WITHIN = 400

/**
 * Opens a terminal window that runs a line of shell and stays open afterwards. Returns null when it did, else the reason
 * as a sentence. The line is passed as one argument and never put together with others.
 */
export async function openInTerminal(command: string, desk: Desk): Promise<string | null> {
  const call = await callFor(command, desk)
  return 'reason' in call ? call.reason : start(call, desk)
}

interface Call {
  program: string
  args: string[]
}

async function callFor(command: string, desk: Desk): Promise<Call | { reason: string }> {
  if (desk.platform === 'darwin') return { program: 'osascript', args: [...TERMINAL_OF_MAC, command] }
  if (desk.platform === 'win32') {
    return { program: 'cmd.exe', args: ['/d', '/s', '/c', `"start "Lossless" cmd.exe /s /k "${command}""`] }
  }
  if (!desk.env['DISPLAY'] && !desk.env['WAYLAND_DISPLAY']) {
    return { reason: 'There is no desktop to open a window on. Copy the command and run it in a terminal of yours.' }
  }
  for (const [name, ...options] of TERMINALS) {
    const program = await findProgram(name, desk)
    if (program !== null) return { program, args: [...options, ...inShell(command, desk)] }
  }
  return { reason: 'No terminal program was found. Copy the command and run it in a terminal of yours.' }
}

/** The command comes as an argument of the script, so nothing in it is read as AppleScript. */
const TERMINAL_OF_MAC = [
  '-e',
  'on run argv',
  '-e',
  'tell application "Terminal" to do script (item 1 of argv)',
  '-e',
  'tell application "Terminal" to activate',
  '-e',
  'end run',
]

/** The person's own shell, started like in a window: it knows where the agent is installed. */
function inShell(command: string, { env }: Desk): string[] {
  const own = env['SHELL']
  const shell = own !== undefined && isAbsolute(own) ? own : '/bin/sh'
  return [shell, '-i', '-c', `${command}; exec "$0"`, shell]
}

async function findProgram(name: string, { env }: Desk): Promise<string | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue
    const path = join(folder, name)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return null
}

async function start({ program, args }: Call, desk: Desk): Promise<string | null> {
  const child = spawn(program, args, {
    env: desk.env,
    detached: true,
    stdio: 'ignore',
    windowsVerbatimArguments: desk.platform === 'win32',
  })
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(`${program} could not be started: ${error.message}.`))
    child.once('exit', (code) => {
      resolve(code === 0 ? null : `${program} ended at once. Copy the command and run it in a terminal of yours.`)
    })
  })
  const reason = await Promise.race([ended, sleep(SETTLES_WITHIN, null, { ref: false })])
  child.unref()
  return reason
}
