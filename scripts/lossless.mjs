#!/usr/bin/env node
// Runs on Node 20 with nothing installed, and loads only what the command needs: agents wait for `hook` and `statusline`.
const [command = 'serve', ...args] = process.argv.slice(2)

// Relative paths are meant from where the command was given, whatever npm noted before.
process.env.INIT_CWD = process.cwd()

switch (command) {
  case 'hook': {
    const { runHook } = await import('./from-agent.mjs')
    process.exitCode = await runHook(args)
    break
  }
  case 'statusline': {
    const { runStatusLine } = await import('./from-agent.mjs')
    process.exitCode = await runStatusLine(args)
    break
  }
  case 'serve':
    process.argv.splice(2, process.argv.length, 'start', ...args)
    await import('./launch.mjs')
    break
  default: {
    process.argv.splice(2, process.argv.length, 'cli', command, ...args)
    await import('./launch.mjs')
  }
}
