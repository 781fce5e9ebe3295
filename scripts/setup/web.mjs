import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Stop, root, say } from './project.mjs'
import { runQuietly } from './run.mjs'

/** In this order: the first build empties the folder that the second one writes into. */
const configs = ['vite.config.ts', 'vite.standalone.config.ts']
const inputs = ['web', 'server/contract', ...configs, 'package-lock.json']
const stampFile = join(root, 'web', 'dist', '.stamp')

/** Builds the web app when what it is made of is not what the last build was made of. */
export async function ensureWeb(node) {
  const stamp = hashOfInputs()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  say('Building the web app …')
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  for (const config of configs) {
    const args = [vite, 'build', '--config', config, '--logLevel', 'warn']
    const { code, output } = await runQuietly(node.path, args, { env: node.env })
    if (code !== 0) throw new Stop(`The web app could not be built:\n${output.trim()}`)
  }
  writeFileSync(stampFile, stamp)
}

function hashOfInputs() {
  const hash = createHash('sha256')
  for (const file of inputs.flatMap(listFiles)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

function listFiles(path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  return readdirSync(full)
    .filter((name) => name !== 'dist' && name !== 'node_modules' && !name.startsWith('.'))
    .sort()
    .flatMap((name) => listFiles(`${path}/${name}`))
}
