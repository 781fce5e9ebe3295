import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
let scratch = ''

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lossless launch '))
})

afterEach(() => {
  rmSync(scratch, { recursive: true, force: true })
})

interface Ended {
  code: number
  stdout: string
  stderr: string
}

function run(script: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], HOME: scratch, ...env } }
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

const launch = join(root, 'scripts/launch.mjs')

/** A checkout that holds nothing but the launcher, in a folder with a space in its name. */
function bareCheckout(): string {
  const folder = join(scratch, 'check out')
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true })
  mkdirSync(join(folder, 'server'))
  writeFileSync(
    join(folder, 'server/main.ts'),
    'console.log(JSON.stringify(process.argv.slice(2)))\nprocess.exitCode = 7\n',
  )
  writeFileSync(join(folder, 'package.json'), '{ "name": "bare", "version": "1.0.0", "type": "module" }')
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({
      name: 'bare',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: { '': { name: 'bare', version: '1.0.0' } },
    }),
  )
  return folder
}

/** What the web app is built with, made so that it only notes what it was to build. */
function putBuilder(folder: string): void {
  const bin = join(folder, 'node_modules/vite/bin')
  mkdirSync(bin, { recursive: true })
  mkdirSync(join(folder, 'web/dist'), { recursive: true })
  writeFileSync(join(folder, 'web/page.txt'), 'one')
  writeFileSync(
    join(bin, 'vite.js'),
    `import { appendFileSync } from 'node:fs'
import { basename } from 'node:path'
const config = process.argv[process.argv.indexOf('--config') + 1]
appendFileSync(${JSON.stringify(join(folder, 'builds'))}, basename(config) + '\\n')
`,
  )
}

/** A registry that nobody can reach: whatever asks it fails. */
const offline = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' }

test('arguments reach the server as they are, and its exit code comes back', async () => {
  const folder = bareCheckout()
  putBuilder(folder)

  const ended = await run(join(folder, 'scripts/launch.mjs'), ['start', '--port', '0', '--data', 'a b'], offline)

  expect(ended.stdout).toBe('["--port","0","--data","a b"]\n')
  expect(ended.code).toBe(7)
})

test('the web app is built at the first start, and again only when it changed', async () => {
  const folder = bareCheckout()
  putBuilder(folder)
  const builds = (): string[] => readFileSync(join(folder, 'builds'), 'utf8').trim().split('\n')
  const start = (): Promise<Ended> => run(join(folder, 'scripts/launch.mjs'), ['start'], offline)

  await start()
  const { stderr } = await start()
  const both = ['vite.config.ts', 'vite.standalone.config.ts']
  expect(builds()).toEqual(both)
  expect(stderr).toBe('')

  writeFileSync(join(folder, 'web/page.txt'), 'two')
  await start()
  expect(builds()).toEqual([...both, ...both])
})

test('packages that cannot be had end the start with a sentence that says what to do', async () => {
  const folder = bareCheckout()
  const packages = { '': { dependencies: { left: '1.0.0' } }, 'node_modules/left': { version: '1.0.0' } }
  writeFileSync(
    join(folder, 'package.json'),
    '{ "name": "bare", "version": "1.0.0", "dependencies": { "left": "1.0.0" } }',
  )
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ name: 'bare', version: '1.0.0', lockfileVersion: 3, packages }),
  )

  const ended = await run(join(folder, 'scripts/launch.mjs'), ['start'], offline)

  expect(ended.code).toBe(1)
  expect(ended.stderr).toContain('The packages could not be installed')
  expect(ended.stderr).toContain('run the same command again')
})

test('an unknown command, bench or check is answered with those that exist', async () => {
  expect((await run(launch, ['fly'])).stderr).toContain('There is no command "fly": start, test, dev, bench.')
  expect((await run(launch, ['bench', 'fly'])).stderr).toContain('There is no bench "fly". There are: ')
  expect((await run(launch, ['test', 'fly'])).stderr).toContain(
    'There is no check "fly". There are: format, lint, types, unit, e2e.',
  )
})

test('bench without a name lists what there is', async () => {
  const { code, stdout } = await run(launch, ['bench'])

  expect(code).toBe(0)
  expect(stdout).toContain('ccusage')
})

test('lossless serve starts the server, anything else says where the commands are listed', async () => {
  const help = await run(join(root, 'scripts/lossless.mjs'), ['serve', '--help'])
  const other = await run(join(root, 'scripts/lossless.mjs'), ['fly'])

  expect(help.stdout).toContain('LOSSLESS_DATA')
  expect(help.code).toBe(0)
  expect(other.code).toBe(2)
  expect(other.stderr).toContain("unknown command 'fly'")
  expect(other.stderr).toContain('lossless --help')
})
