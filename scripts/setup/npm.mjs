import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { Stop } from './project.mjs'
import { runQuietly } from './run.mjs'

/** Runs npm on the given Node and resolves to `{code, output}`. */
export function runNpm(node, args, cwd) {
  return runQuietly(node.path, [npmCli(), ...args], { cwd, env: { ...node.env, ...npmSettings(node) } })
}

/** Whatever the person's own npm is told, it must not take headers of another Node or leave out what the build needs. */
function npmSettings(node) {
  return { npm_config_nodedir: node.prefix, npm_config_update_notifier: 'false', NODE_ENV: '' }
}

/** The JavaScript file that npm is, so that it can run on another Node than the one it came with. */
function npmCli() {
  const called = process.env.npm_execpath ?? ''
  if (/npm-cli\.js$/.test(called) && existsSync(called)) return called
  const found = [...besideNode(), ...onPath()].find((file) => existsSync(file))
  if (found === undefined) throw new Stop('npm was not found. Install it beside Node, then run the same command again.')
  return realpathSync(found)
}

function besideNode() {
  const bin = dirname(process.execPath)
  return [join(bin, '../lib/node_modules/npm/bin/npm-cli.js'), join(bin, 'node_modules/npm/bin/npm-cli.js')]
}

/** `npm` on the path is a link to the file wherever it is not a Windows batch file. */
function onPath() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'npm'))
    .filter((file) => existsSync(file) && realpathSync(file).endsWith('npm-cli.js'))
}
