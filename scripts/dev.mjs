import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureDependencies } from './setup/dependencies.mjs'
import { ensureNode } from './setup/node.mjs'
import { root, say } from './setup/project.mjs'
import { ended } from './setup/run.mjs'
import { ensureWeb } from './setup/web.mjs'

/** The server, started again when its files change, and Vite beside it, which shows edits of the web at once. */
export async function runDev(args) {
  const node = await ensureNode()
  await ensureDependencies(node)
  await ensureWeb(node)
  const children = [
    spawn(node.path, ['--watch', '--watch-preserve-output', join(root, 'server/main.ts'), '--no-open', ...args], {
      cwd: root,
      env: node.env,
      stdio: 'inherit',
    }),
    spawn(node.path, [join(root, 'node_modules/vite/bin/vite.js')], { cwd: root, env: node.env, stdio: 'inherit' }),
  ]
  say('Open the URL of the server once, so that the browser has its token; then the one of Vite.')
  const code = await Promise.race(children.map(ended))
  for (const child of children) child.kill('SIGTERM')
  return code
}
