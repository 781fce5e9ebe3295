import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ensureDependencies } from './setup/dependencies.mjs'
import { ensureNode } from './setup/node.mjs'
import { root, say } from './setup/project.mjs'
import { ended } from './setup/run.mjs'

/** Apart from the port that one's own Lossless listens on. */
const PORT = '4178'

/**
 * The server, started again when its files change, and Vite beside it, which shows edits of the web at once. Both share
 * a token made for this run, and the data lies in the checkout, so that one's own stays out of it.
 */
export async function runDev(args) {
  const node = await ensureNode()
  await ensureDependencies(node)
  const env = {
    ...node.env,
    LOSSLESS_PORT: PORT,
    LOSSLESS_DATA: join(root, '.cache', 'dev-data'),
    LOSSLESS_TOKEN: randomBytes(24).toString('hex'),
    LOSSLESS_DEV_API: `http://127.0.0.1:${PORT}`,
  }
  const start = (program, ...rest) => spawn(node.path, [...program, ...rest], { cwd: root, env, stdio: 'inherit' })
  const children = [
    start(['--watch', '--watch-preserve-output', join(root, 'server/main.ts')], '--no-open', ...args),
    start([join(root, 'node_modules/vite/bin/vite.js')]),
  ]
  say('Open the address of Vite: it has the token and asks the server for the rest.')
  const code = await Promise.race(children.map(ended))
  for (const child of children) child.kill('SIGTERM')
  return code
}
