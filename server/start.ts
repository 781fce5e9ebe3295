import { pino } from 'pino'
import { buildApp } from './app.ts'
import { readConfig, readVersion, StartRefused, type Config } from './config.ts'
import { openDataFolder, type DataFolder } from './data-folder.ts'
import { buildDeps } from './deps.ts'
import { DatabaseError } from '../db/database-error.ts'
import { explainTakenPort } from './port-holder.ts'

/** How long a start waits for the one that holds the data folder to say its address, in milliseconds. */
const PATIENCE = 5000

/** Starts the server and returns 0 once it listens, or says why it can't and returns another number. */
export async function start(argv: readonly string[]): Promise<number> {
  try {
    const config = readConfig(argv, process.env)
    const folder = openDataFolder(config.dataDir, config.token)
    const lock = folder.lock()
    if (!lock) return await showRunning(folder, config)
    return await serve(config, folder, lock)
  } catch (error) {
    if (error instanceof StartRefused) {
      print(error.message, error.exitCode === 0 ? process.stdout : process.stderr)
      if (error.exitCode === 0) process.exit(0)
      return error.exitCode
    }
    print(error instanceof Error ? error.message : String(error), process.stderr)
    if (!(error instanceof DatabaseError)) throw error
    return 1
  }
}

async function serve(
  config: Config,
  folder: DataFolder,
  lock: NonNullable<ReturnType<DataFolder['lock']>>,
): Promise<number> {
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }))
  const deps = buildDeps({
    version: readVersion(),
    token: folder.token,
    homeDir: config.homeDir,
    dataDir: folder.dir,
    vaultFile: folder.vaultFile,
    indexFile: folder.indexFile,
    agentEnv: config.agentEnv,
    projects: config.projects,
    isDemo: config.isDemo,
    log,
  })
  const repaired = await deps.outside.repair()
  if (repaired.interrupted > 0) log.warn('Writing into other files was interrupted. The list of changes can undo it.')
  const app = await buildApp(deps)
  try {
    await app.listen({ host: '127.0.0.1', port: config.port })
  } catch (error) {
    await deps.close()
    lock.release()
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    print(await explainTakenPort(config.port), process.stderr)
    return 1
  }
  const address = app.server.address()
  const port = address !== null && typeof address === 'object' ? address.port : config.port
  const url = `http://127.0.0.1:${port}/?token=${folder.token}`
  lock.announce(url)
  print(`Lossless is running at ${url}`, process.stdout)
  endOnSignal(async () => {
    await app.close()
    await deps.close()
    lock.release()
  })
  if (config.open) void openBrowser(url)
  void deps.warmGuard()
  await deps.ingest.start()
  await deps.redactions.repair()
  return 0
}

async function showRunning(folder: DataFolder, config: Config): Promise<number> {
  const running = await folder.findRunning(PATIENCE)
  if (!running) {
    print(
      `Another Lossless holds the data folder ${folder.dir} but does not say where it listens. Stop it and start again.`,
      process.stderr,
    )
    return 1
  }
  print(`Lossless is already running on this data folder, at ${running.url}`, process.stdout)
  if (config.open) await openBrowser(running.url)
  process.exit(0)
}

/** A machine without a browser is no reason to stop: the address is printed. */
async function openBrowser(url: string): Promise<void> {
  try {
    // Loaded here, because a start without a browser shall not wait for it.
    const { default: open } = await import('open')
    const child = await open(url)
    child.on('error', () => undefined)
  } catch {
    print('No browser could be opened. Open the address above in one.', process.stderr)
  }
}

/** Ends in order at the first signal, at once at the second. */
function endOnSignal(close: () => Promise<void>): void {
  let isClosing = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (isClosing) process.exit(1)
      isClosing = true
      void close().finally(() => process.exit(0))
    })
  }
}

function print(text: string, stream: NodeJS.WriteStream): void {
  stream.write(`${text}\n`)
}
