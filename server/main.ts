import { enableCompileCache } from 'node:module'
import { COMPILE_CACHE } from './thread.ts'

// What was compiled once is compiled for the next start too: it takes a third off the time until the server listens.
enableCompileCache(COMPILE_CACHE)

const { start } = await import('./start.ts')
process.exitCode = await start(process.argv.slice(2))
if (process.exitCode !== 0) process.exit()
