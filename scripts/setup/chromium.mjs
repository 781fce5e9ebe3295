import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { Stop, root, say } from './project.mjs'
import { runQuietly } from './run.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  join(process.env.PROGRAMFILES ?? 'C:\\Program Files', 'Google\\Chrome\\Application\\chrome.exe'),
]

/** The path of a Chromium that starts, brought where the machine has none. */
export async function ensureChromium(node) {
  const present = await findChromium()
  if (present !== null) return present
  say('Bringing a Chromium for the end-to-end tests (once) …')
  const tried = []
  for (const bring of [bringFromDebian, bringFromPlaywright]) {
    tried.push(await bring(node))
    const brought = await findChromium()
    if (brought !== null) return brought
  }
  throw new Stop(
    `The end-to-end tests need a Chromium and none could be brought (${tried.join('; ')}). ` +
      'Install Chromium or Chrome, or set CHROMIUM to the path of one, and run npm test again.',
  )
}

/** CHROMIUM, then the path, then the usual places, then what Playwright has downloaded; null when none starts. */
export async function findChromium() {
  const named = process.env.CHROMIUM
  if (named) {
    if (await starts(named)) return named
    throw new Stop(`CHROMIUM names ${named}, which does not start. Correct it or unset it.`)
  }
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)))
  for (const file of [...onPath, ...PLACES, playwrightsOwn()]) {
    if (file !== null && existsSync(file) && (await starts(file))) return file
  }
  return null
}

async function starts(file) {
  // Chrome on Windows does not answer --version.
  if (process.platform === 'win32') return existsSync(file)
  return (await runQuietly(file, ['--version'])).code === 0
}

function playwrightsOwn() {
  try {
    return createRequire(join(root, 'package.json'))('@playwright/test').chromium.executablePath()
  } catch {
    return null
  }
}

/** The distribution's package brings the libraries that a download lacks, so it comes first where it may be installed. */
async function bringFromDebian() {
  if (!existsSync('/usr/bin/apt-get')) return 'no apt-get here'
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (sudo.length > 0 && (await runQuietly('sudo', ['-n', 'true'])).code !== 0) return 'apt-get needs root'
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args) => {
    const [program = 'apt-get', ...rest] = [...sudo, 'apt-get', ...args]
    return runQuietly(program, rest, { env })
  }
  await apt('update')
  const { code, output } = await apt('install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core')
  return code === 0 ? 'apt-get installed one that does not start' : `apt-get: ${lastLine(output)}`
}

/** As root it may also bring the system libraries that its download does not hold. */
async function bringFromPlaywright(node) {
  const cli = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const libraries = process.platform === 'linux' && process.getuid?.() === 0 ? ['--with-deps'] : []
  const { code, output } = await runQuietly(node.path, [cli, 'install', ...libraries, 'chromium'], { env: node.env })
  return code === 0 ? 'the one that Playwright brought does not start' : `playwright install: ${lastLine(output)}`
}

function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? ''
}
