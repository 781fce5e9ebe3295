import { enableCompileCache } from 'node:module'
import { COMPILE_CACHE } from '../thread.ts'

// A command is mostly start: what was compiled once is compiled for the next one too.
enableCompileCache(COMPILE_CACHE)

const { runCommandLine } = await import('./program.ts')

// A reader that has seen enough (`lossless sessions | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  out: process.stdout,
  err: process.stderr,
  isInteractive: process.stdin.isTTY,
})
