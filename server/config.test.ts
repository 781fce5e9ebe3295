import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StartRefused, readConfig } from './config.ts'
import { cacheFolder, dataFolder } from './platform-folders.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lossless-config-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function refusal(argv: string[], env: Record<string, string> = {}): StartRefused {
  try {
    readConfig(argv, env)
  } catch (error) {
    if (error instanceof StartRefused) return error
    throw error
  }
  throw new Error('the configuration was accepted')
}

test('without options it serves the own home on port 4177 and opens the browser', () => {
  const config = readConfig([], {})

  expect(config.port).toBe(4177)
  expect(config.homeDir).toBe(homedir())
  expect(config.open).toBe(true)
  expect(config.logLevel).toBe('warn')
  expect(config.isDemo).toBe(false)
  expect(config).not.toHaveProperty('token')
})

test('every option can be set by its variable', () => {
  const config = readConfig([], {
    LOSSLESS_PORT: '0',
    LOSSLESS_HOME: folder,
    LOSSLESS_DATA: join(folder, 'kept'),
    LOSSLESS_NO_OPEN: '1',
    LOSSLESS_LOG_LEVEL: 'debug',
    LOSSLESS_TOKEN: 'abc-123',
  })

  expect(config).toMatchObject({
    port: 0,
    homeDir: folder,
    dataDir: join(folder, 'kept'),
    open: false,
    logLevel: 'debug',
    token: 'abc-123',
  })
})

test('a flag goes before its variable', () => {
  const config = readConfig(['--port', '5000', '--log-level=error'], {
    LOSSLESS_PORT: '6000',
    LOSSLESS_LOG_LEVEL: 'info',
  })

  expect(config.port).toBe(5000)
  expect(config.logLevel).toBe('error')
})

test('relative folders are meant from where npm was called', () => {
  writeFileSync(join(folder, 'unrelated'), '')

  expect(readConfig(['--data', 'kept'], { INIT_CWD: folder }).dataDir).toBe(join(folder, 'kept'))
  expect(readConfig(['--home', '.'], { INIT_CWD: folder }).homeDir).toBe(folder)
})

test('a leading ~ that the shell left alone means the own home', () => {
  expect(readConfig(['--data=~/kept'], {}).dataDir).toBe(join(homedir(), 'kept'))
})

test("agents' own variables count, unless the home was named by a flag", () => {
  const env = { CLAUDE_CONFIG_DIR: '/elsewhere', LOSSLESS_HOME: folder }

  expect(readConfig([], env).agentEnv['CLAUDE_CONFIG_DIR']).toBe('/elsewhere')
  expect(readConfig(['--home', folder], env).agentEnv).toEqual({})
  expect(readConfig(['--demo'], env).agentEnv).toEqual({})
})

test('the demo has a home and a data folder of its own', () => {
  const own = readConfig([], {})
  const demo = readConfig(['--demo'], { LOSSLESS_HOME: folder })

  expect(demo.homeDir.endsWith(join('demo', 'home'))).toBe(true)
  expect(demo.dataDir).not.toBe(own.dataDir)
  expect(refusal(['--demo', '--home', folder]).exitCode).toBe(2)
})

test.each([
  { argv: ['--port', '65536'], says: '--port must be a whole number from 0 to 65535, not "65536".' },
  { argv: ['--port', '-1'], says: '--port must be a whole number from 0 to 65535, not "-1".' },
  { argv: ['--port', '4177.5'], says: '--port must be a whole number from 0 to 65535, not "4177.5".' },
  { argv: ['--home', '/does/not/exist'], says: '--home names a folder that does not exist: /does/not/exist.' },
  { argv: ['--data', ''], says: '--data names no folder.' },
  { argv: ['--prot', '1'], says: 'The arguments cannot be used: unknown option' },
  { argv: ['serve'], says: 'The arguments cannot be used: too many arguments' },
  {
    argv: ['--log-level', 'loud'],
    says: '--log-level must be one of silent, fatal, error, warn, info, debug, trace, not "loud".',
  },
])('refuses $argv with a sentence and exit code 2', ({ argv, says }) => {
  const stop = refusal(argv)

  expect(stop.exitCode).toBe(2)
  expect(stop.message).toContain(says)
})

test('names the variable when the bad value came from it', () => {
  expect(refusal([], { LOSSLESS_PORT: 'http' }).message).toBe(
    'LOSSLESS_PORT must be a whole number from 0 to 65535, not "http".',
  )
  expect(refusal([], { LOSSLESS_TOKEN: 'with space' }).message).toContain('LOSSLESS_TOKEN may hold')
})

test('refuses a file where a folder belongs', () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')

  expect(refusal(['--data', file]).message).toBe(`--data names something that is not a folder: ${file}.`)
})

test('help and version end the start without an error', () => {
  expect(refusal(['--help']).exitCode).toBe(0)
  expect(refusal(['--help']).message).toContain('LOSSLESS_DATA')
  expect(refusal(['--version']).message).toMatch(/^\d+\.\d+\.\d+$/)
})

test('data lies where each platform wants it', () => {
  const at = (platform: NodeJS.Platform, env: Record<string, string> = {}) =>
    dataFolder({ platform, env, homeDir: '/u' })

  expect(at('linux')).toBe('/u/.local/share/lossless')
  expect(at('linux', { XDG_DATA_HOME: '/d' })).toBe('/d/lossless')
  expect(at('linux', { XDG_DATA_HOME: 'relative' })).toBe('/u/.local/share/lossless')
  expect(at('darwin')).toBe('/u/Library/Application Support/Lossless')
  expect(at('win32', { LOCALAPPDATA: 'C:\\L' })).toBe('C:\\L\\Lossless')
  expect(cacheFolder('demo', { platform: 'darwin', env: {}, homeDir: '/u' })).toBe('/u/Library/Caches/demo')
})
