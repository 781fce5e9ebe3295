import { Command, CommanderError, Option } from 'commander'
import { getAbout } from '../contract/system.ts'
import { readConfig, StartRefused } from '../config.ts'
import { callsTo } from './call.ts'
import { askInTerminal, type CliCommand, type Context } from './command.ts'
import { COMMANDS } from './commands.ts'
import { CliError, EXIT_CODES, type ExitCode } from './exit-codes.ts'
import { findServer } from './find-server.ts'

/** Where a command reads from and writes to. */
export interface Surroundings {
  env: Record<string, string | undefined>
  cwd: string
  out: NodeJS.WritableStream
  err: NodeJS.WritableStream
  isInteractive: boolean
}

const FOOTER = `
Exit codes: 0 done, 1 failed, 2 the command line cannot be understood, 3 no Lossless runs on the data folder,
4 something is refused or was answered with no, and nothing was written.

A session is named by its id, its native id, the beginning of either, or “latest”.`

/** Runs one command line to its end and returns the exit code. Nothing is thrown but bugs. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let ending: ExitCode = EXIT_CODES.done
  const program = new Command('lossless')
    .description('Keeps, replays and searches every session of your coding agents, on your machine.')
    .helpOption('--help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', FOOTER)
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.out.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: () => 100,
    })
  for (const command of COMMANDS) {
    program.addCommand(
      build(program, command, async (given, options) => {
        ending = await run(command, { given, options, surroundings })
      }),
    )
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return ending
  } catch (error) {
    return explain(error, surroundings)
  }
}

function build(
  program: Command,
  definition: CliCommand,
  action: (args: string[], options: Record<string, unknown>) => Promise<void>,
): Command {
  const command = new Command(definition.name)
    .copyInheritedSettings(program)
    .description(definition.about)
    .helpOption('--help', 'print this help')
    .allowExcessArguments(false)
    .exitOverride()
  if (definition.args !== '') command.arguments(definition.args)
  for (const [flags, about] of definition.options) command.addOption(new Option(flags, about))
  command
    .addOption(new Option('--data <folder>', 'data folder of the Lossless to talk to [LOSSLESS_DATA]'))
    .addOption(new Option('--home <folder>', 'only talk to a Lossless that was started on this home'))
    .addOption(new Option('--json', 'print the reply of the server'))
    .action(async () => action(command.processedArgs.flat().filter(isText), command.opts()))
  return command
}

async function run(
  command: CliCommand,
  given: { given: string[]; options: Record<string, unknown>; surroundings: Surroundings },
): Promise<ExitCode> {
  // The launcher starts these before it comes here.
  if (command.run === null) return EXIT_CODES.usage
  const { options, surroundings } = given
  const server = findServer(dataDirOf(options, surroundings))
  const call = callsTo(server)
  const context: Context = {
    call,
    server,
    isJson: options['json'] === true,
    out: surroundings.out,
    err: surroundings.err,
    ...(surroundings.isInteractive ? { ask: askInTerminal } : {}),
  }
  if (typeof options['home'] === 'string') await expectHome(context, homeDirOf(options['home'], surroundings))
  return command.run(context, { args: given.given, options })
}

function dataDirOf(options: Record<string, unknown>, { env, cwd }: Surroundings): string {
  const { data } = options
  return readConfig(typeof data === 'string' ? ['--data', data] : [], {
    LOSSLESS_DATA: env['LOSSLESS_DATA'],
    XDG_DATA_HOME: env['XDG_DATA_HOME'],
    LOCALAPPDATA: env['LOCALAPPDATA'],
    INIT_CWD: cwd,
  }).dataDir
}

function homeDirOf(home: string, { cwd }: Surroundings): string {
  return readConfig(['--home', home], { INIT_CWD: cwd }).homeDir
}

async function expectHome(context: Context, homeDir: string): Promise<void> {
  const about = await context.call(getAbout)
  if (about.homeDir === homeDir) return
  throw new CliError(
    EXIT_CODES.noServer,
    `The Lossless on ${context.server.dataDir} keeps the sessions of ${about.homeDir}, not of ${homeDir}. Name its data folder with --data, or start one with “lossless serve --home ${homeDir}”.`,
  )
}

function explain(error: unknown, { err }: Surroundings): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT_CODES.done
    const reason = error.message
      .replace(/^error: /, '')
      .replaceAll('\n', ' ')
      .replace(/\.$/, '')
    err.write(`The command line cannot be understood: ${reason}. See “lossless --help”.\n`)
    return EXIT_CODES.usage
  }
  if (error instanceof StartRefused) {
    err.write(`${error.message}\n`)
    return EXIT_CODES.usage
  }
  if (!(error instanceof CliError)) throw error
  err.write(`${error.message}\n`)
  return error.exitCode
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
