import { fileURLToPath } from 'node:url'
import { Worker, type WorkerOptions } from 'node:worker_threads'

/** Where what was compiled once lies for the next start; made when it is missing. */
export const COMPILE_CACHE = fileURLToPath(new URL('../.cache/compile/', import.meta.url))

/**
 * Starts a thread with a module of ours. It finds what was compiled before, which takes two thirds off its start, and then has no
 * need of the WebAssembly that reads TypeScript: V8 can abort the whole process when a thread with such code ends
 * (nodejs/node#64500).
 */
export function startThread(module: URL, options: WorkerOptions = {}): Worker {
  return new Worker(module, { ...options, env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE } })
}
