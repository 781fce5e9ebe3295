import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, Option } from 'commander'
import { cacheFolder, dataFolder } from './platform-folders.ts'

/** How much the server writes to its error output; `warn` unless told otherwise. */
export const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Everything that a start can be told, read once and checked. All paths are absolute. */
export interface Config {
  /** 0 takes any free port. */
  port: number
  /** The home in which agents' folders are looked up. */
  homeDir: string
  /** What adapters may see of the environment; empty when the home was named by a flag, so that only that home counts. */
  agentEnv: Record<string, string | undefined>
  /** Folders of projects that no other session names, for agents that keep sessions inside of them. */
  projects: string[]
  /** Where vault, index, token and lock lie. */
  dataDir: string
  /** Whether to open the browser. */
  open: boolean
  logLevel: LogLevel
  isDemo: boolean
  /** Set by LOSSLESS_TOKEN; absent means the one in the data folder. */
  token?: string
}

/** A start that ends before it begins: help and version (0), or a value that cannot be used (2). */
export class StartRefused extends Error {
  readonly exitCode: 0 | 2

  constructor(message: string, exitCode: 0 | 2) {
    super(message)
    this.name = 'StartRefused'
    this.exitCode = exitCode
  }
}

/** One option as the command line, the help and the README name it. */
export interface ConfigOption {
  flags: string
  variable: string | null
  about: string
}

/** Every option. A test holds that each stands in the README. */
export const CONFIG_OPTIONS: readonly ConfigOption[] = [
  {
    flags: '--port <number>',
    variable: 'LOSSLESS_PORT',
    about: 'port on 127.0.0.1; 0 takes any free one (default 4177)',
  },
  {
    flags: '--home <folder>',
    variable: 'LOSSLESS_HOME',
    about: "home in which agents' folders are looked up (default yours)",
  },
  {
    flags: '--projects <folders>',
    variable: 'LOSSLESS_PROJECTS',
    about: 'folders of projects, separated by commas, in which Aider may have been used',
  },
  {
    flags: '--data <folder>',
    variable: 'LOSSLESS_DATA',
    about: 'where Lossless keeps its data (default the data folder of the platform)',
  },
  { flags: '--no-open', variable: 'LOSSLESS_NO_OPEN', about: 'do not open the browser' },
  { flags: '--log-level <level>', variable: 'LOSSLESS_LOG_LEVEL', about: `${LOG_LEVELS.join(', ')} (default warn)` },
  { flags: '--demo', variable: null, about: 'show the demo sessions of the repository, apart from your own data' },
]

/** Sets the token for this and later starts; has no flag, because other users can read command lines. */
export const TOKEN_VARIABLE = 'LOSSLESS_TOKEN'

const repository = fileURLToPath(new URL('..', import.meta.url))

/**
 * Reads the arguments after `main.ts` and the environment. A flag goes before its variable.
 * Throws StartRefused, whose message is what to print.
 */
export function readConfig(argv: readonly string[], env: Record<string, string | undefined>): Config {
  const flags = parseFlags(argv)
  const pick = (name: string, variable: string): Given | null => {
    const flag = flags[name]
    if (typeof flag === 'string') return { text: flag, from: `--${name}` }
    const text = env[variable]
    return text === undefined || text === '' ? null : { text, from: variable }
  }

  const isDemo = flags['demo'] === true
  if (isDemo && typeof flags['home'] === 'string') {
    throw new StartRefused('Give either --demo or --home: the demo brings its own home.', 2)
  }
  const base = env['INIT_CWD'] ?? process.cwd()
  const home = isDemo ? null : pick('home', 'LOSSLESS_HOME')
  const data = pick('data', 'LOSSLESS_DATA')
  const token = readToken(env[TOKEN_VARIABLE])
  return {
    port: readPort(pick('port', 'LOSSLESS_PORT')),
    homeDir: isDemo ? join(repository, 'demo', 'home') : home === null ? homedir() : readHome(home, base),
    agentEnv: isDemo || home?.from === '--home' ? {} : { ...env },
    projects: readFolders(pick('projects', 'LOSSLESS_PROJECTS'), base),
    dataDir: data === null ? defaultDataDir(isDemo, env) : readFolder(data, base),
    open: flags['open'] !== false && !isSet(env['LOSSLESS_NO_OPEN']),
    logLevel: readLogLevel(pick('log-level', 'LOSSLESS_LOG_LEVEL')),
    isDemo,
    ...(token === null ? {} : { token }),
  }
}

/** The version in package.json. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null
  return typeof version === 'string' ? version : '0.0.0'
}

/** A value and where it was given, for messages. */
interface Given {
  text: string
  from: string
}

function parseFlags(argv: readonly string[]): Record<string, string | boolean> {
  let output = ''
  const collect = (text: string): void => {
    output += text
  }
  const command = new Command('lossless')
    .description('Keeps, replays and searches every session of your coding agents, on your machine.')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: collect, writeErr: collect, getOutHelpWidth: () => 100 })
  for (const option of CONFIG_OPTIONS) command.addOption(new Option(option.flags, withVariable(option)))
  command.addHelpText(
    'after',
    `\n${TOKEN_VARIABLE} sets the access token. Agents' own variables such as CLAUDE_CONFIG_DIR count unless --home or --demo is given.`,
  )
  try {
    command.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) throw new StartRefused(output.trimEnd(), 0)
    const reason = output
      .trim()
      .replace(/^error: /, '')
      .replaceAll('\n', ' ')
      .replace(/\.$/, '')
    throw new StartRefused(`The arguments cannot be used: ${reason}. See npm start -- --help.`, 2)
  }
  const flags: Record<string, string | boolean> = {}
  for (const [key, value] of Object.entries(command.opts<Record<string, unknown>>())) {
    if (typeof value === 'string' || typeof value === 'boolean') flags[key === 'logLevel' ? 'log-level' : key] = value
  }
  return flags
}

function withVariable(option: ConfigOption): string {
  return option.variable === null ? option.about : `${option.about} [${option.variable}]`
}

function readPort(given: Given | null): number {
  if (given === null) return 4177
  const port = Number(given.text)
  if (/^\d{1,5}$/.test(given.text) && port <= 65_535) return port
  throw new StartRefused(`${given.from} must be a whole number from 0 to 65535, not "${given.text}".`, 2)
}

function readLogLevel(given: Given | null): LogLevel {
  if (given === null) return 'warn'
  const level = LOG_LEVELS.find((name) => name === given.text)
  if (level !== undefined) return level
  throw new StartRefused(`${given.from} must be one of ${LOG_LEVELS.join(', ')}, not "${given.text}".`, 2)
}

function readHome(given: Given, base: string): string {
  const folder = readFolder(given, base)
  if (existsSync(folder)) return folder
  throw new StartRefused(`${given.from} names a folder that does not exist: ${folder}.`, 2)
}

/** Absolute, with a leading `~/` resolved: shells leave it alone in `--data=~/x`. */
function readFolder(given: Given, base: string): string {
  if (given.text.trim() === '') throw new StartRefused(`${given.from} names no folder.`, 2)
  const expanded = /^~(?=$|[/\\])/.test(given.text) ? join(homedir(), given.text.slice(1)) : given.text
  const folder = isAbsolute(expanded) ? resolve(expanded) : resolve(base, expanded)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new StartRefused(`${given.from} names something that is not a folder: ${folder}.`, 2)
  }
  return folder
}

function readFolders(given: Given | null, base: string): string[] {
  const names = given?.text.split(',').filter((name) => name.trim() !== '') ?? []
  return given === null ? [] : names.map((name) => readFolder({ ...given, text: name.trim() }, base))
}

/** The token travels in a header, a cookie and a URL: only characters that need no escaping in any of them. */
function readToken(text: string | undefined): string | null {
  if (text === undefined || text === '') return null
  if (/^[A-Za-z0-9._~-]{1,256}$/.test(text)) return text
  throw new StartRefused(`${TOKEN_VARIABLE} may hold up to 256 letters, digits and . _ ~ - only.`, 2)
}

function defaultDataDir(isDemo: boolean, env: Record<string, string | undefined>): string {
  const machine = { platform: process.platform, env, homeDir: homedir() }
  return isDemo ? cacheFolder('lossless-demo', machine) : dataFolder(machine)
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && !['', '0', 'false'].includes(text)
}
