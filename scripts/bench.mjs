import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureDependencies } from './setup/dependencies.mjs'
import { ensureNode } from './setup/node.mjs'
import { Stop, root } from './setup/project.mjs'
import { runToEnd } from './setup/run.mjs'

/** Runs `bench/<name>.ts` with the arguments after its name; without a name lists what there is. */
export async function runBench([name, ...args]) {
  const names = listBenches()
  if (name === undefined) {
    console.log(`npm run bench -- <name>, where <name> is one of: ${names.join(', ')}`)
    return 0
  }
  if (!names.includes(name)) throw new Stop(`There is no bench "${name}". There are: ${names.join(', ')}.`)
  const node = await ensureNode()
  await ensureDependencies(node)
  return runToEnd(node.path, [join(root, 'bench', `${name}.ts`), ...args], { env: node.env })
}

function listBenches() {
  const folder = join(root, 'bench')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()
}
