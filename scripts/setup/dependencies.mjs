import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runNpm } from './npm.mjs'
import { Stop, root, say } from './project.mjs'

const stampFile = join(root, 'node_modules', '.lossless-stamp')

/** Installs what package-lock.json names, unless it is installed. Asks npm, and with it the network, only when needed. */
export async function ensureDependencies(node) {
  const stamp = currentStamp()
  if (readOr(stampFile, '') === stamp) return
  if (!isInstalled()) await install(node)
  writeFileSync(stampFile, stamp)
}

async function install(node) {
  say('Installing the packages that Lossless is made of (once, some 20 s) …')
  const flags = [
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const { code, output } = await runNpm(node, ['ci', ...flags], root)
  if (code === 0) return
  throw new Stop(
    `The packages could not be installed:\n${output.trim()}\n\nWhen that is the network, connect and run the same command again.`,
  )
}

/** Binaries differ by platform; a checkout may lie on a drive that two machines share. */
function currentStamp() {
  const hash = createHash('sha256')
  hash.update(readFileSync(join(root, 'package-lock.json')))
  return hash.update(`${process.platform} ${process.arch}`).digest('hex')
}

/** True when npm's own note says that every package is there in its version, as after an `npm ci` by hand. */
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  const names = Object.keys(wanted).filter((name) => name !== '' && !wanted[name].optional)
  return names.every((name) => present[name]?.version === wanted[name].version && existsSync(join(root, name)))
}

function packagesOf(lockFile) {
  const text = readOr(lockFile, '{}')
  try {
    return JSON.parse(text).packages ?? {}
  } catch {
    return {}
  }
}

function readOr(file, otherwise) {
  return existsSync(file) ? readFileSync(file, 'utf8') : otherwise
}
