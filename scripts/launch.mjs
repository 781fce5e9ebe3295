// Runs on Node 20 with nothing installed: no dependency, no TypeScript, no syntax newer than that.
import { runBench } from './bench.mjs'
import { runTests } from './checks/run-tests.mjs'
import { runDev } from './dev.mjs'
import { ensureDependencies } from './setup/dependencies.mjs'
import { ensureNode } from './setup/node.mjs'
import { Stop, root } from './setup/project.mjs'
import { runToEnd } from './setup/run.mjs'
import { ensureWeb } from './setup/web.mjs'

const commands = { start, test: runTests, dev: runDev, bench: runBench, cli }

/** Brings the project up and serves it; the arguments are the server's. */
async function start(args) {
  const node = await ensureNode()
  await ensureDependencies(node)
  const onlyAsks = args.some((argument) => ['--help', '--version'].includes(argument))
  if (!onlyAsks) await ensureWeb(node)
  return runToEnd(node.path, [`${root}/server/main.ts`, ...args], { env: node.env })
}

/** Runs a command of `lossless` in the folder where it was given. */
async function cli(args) {
  const node = await ensureNode()
  await ensureDependencies(node)
  const main = `${root}/server/cli/main.ts`
  if (node.path !== process.execPath) return runToEnd(node.path, [main, ...args], { env: node.env, cwd: process.cwd() })
  // One process is enough where this one is of the right version.
  process.argv.splice(2, process.argv.length, ...args)
  await import(main)
  return process.exitCode ?? 0
}

try {
  const [name = 'start', ...args] = process.argv.slice(2)
  const command = commands[name]
  if (command === undefined)
    throw new Stop(
      `There is no command "${name}": ${Object.keys(commands)
        .filter((one) => one !== 'cli')
        .join(', ')}.`,
    )
  process.exitCode = await command(args)
} catch (error) {
  if (!(error instanceof Stop)) throw error
  console.error(`\n${error.message}`)
  process.exitCode = 1
}
