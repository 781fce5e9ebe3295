import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { adapters } from './adapters/registry.ts'
import { COMMANDS } from './cli/commands.ts'
import { EXIT_CODES } from './cli/exit-codes.ts'
import { CONFIG_OPTIONS, TOKEN_VARIABLE } from './config.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const contributing = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')

function foldersOf(path: string): string[] {
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
}

test('every adapter folder is in the registry and in the table of the README', () => {
  const folders = foldersOf('server/adapters').filter((name) => name !== 'shared')

  expect(adapters.map((adapter) => adapter.id).toSorted()).toEqual(folders.toSorted())
  for (const name of folders) expect(readme, name).toContain(`(server/adapters/${name}/README.md)`)
  for (const { label } of adapters) expect(readme).toMatch(new RegExp(`^\\| ${label} `, 'm'))
})

test('every option and its variable stand in the README', () => {
  for (const { flags, variable } of CONFIG_OPTIONS) {
    expect(readme, flags).toContain(`\`${flags}\``)
    if (variable !== null) expect(readme).toContain(`\`${variable}\``)
  }
  expect(readme).toContain(`\`${TOKEN_VARIABLE}\``)
})

test('every command and every exit code stands in the README, and no other', () => {
  const commands = [...readme.matchAll(/^\| `lossless ([a-z]+)`/gm)].map((match) => match[1])
  const codes = [...readme.matchAll(/^\| (\d) +\|/gm)].map((match) => Number(match[1]))

  expect(commands).toEqual(COMMANDS.map(({ name }) => name))
  expect(codes).toEqual(Object.values(EXIT_CODES))
})

test('the README names no option that does not exist', () => {
  const known = new Set(['--help', '--version', ...CONFIG_OPTIONS.map(({ flags }) => flags.split(' ')[0])])
  const rows = [...readme.matchAll(/^\| `(--[a-z-]+)/gm)].map((match) => match[1])

  expect(rows.length).toBeGreaterThan(4)
  for (const flag of rows) expect(known).toContain(flag)
})

test('every folder of the server and of the repository is on the code map', () => {
  const map = architecture.slice(architecture.indexOf('## Code map'), architecture.indexOf('## What never changes'))
  const ignored = new Set(['node_modules', 'docs', 'test-results', 'playwright-report'])
  const top = foldersOf('.').filter((name) => !name.startsWith('.') && !ignored.has(name) && name !== 'server')

  for (const name of top) expect(map, name).toContain(`\`${name}/\``)
  for (const name of foldersOf('server')) expect(map, name).toMatch(new RegExp(`\`(server/)?${name}/\``))
})

test('every link of the documents leads to a file', () => {
  for (const text of [readme, architecture, contributing]) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      expect(() => readdirSync(join(root, target, '..')), target).not.toThrow()
      expect(readdirSync(join(root, target, '..')), target).toContain(target.split('/').at(-1))
    }
  }
})

test('every script that the documents name is in package.json', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  const named = [readme, contributing].flatMap((text) =>
    [...text.matchAll(/npm run ([a-z:0-9]+)/g)].map((match) => match[1]),
  )

  expect(named.length).toBeGreaterThan(3)
  for (const name of named) expect(Object.keys(manifest.scripts)).toContain(name)
})

test('decisions are numbered without gaps and say context, decision and consequences', () => {
  const files = readdirSync(join(root, 'docs/decisions')).toSorted()

  for (const [index, file] of files.entries()) {
    expect(file).toMatch(new RegExp(`^${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`))
    const text = readFileSync(join(root, 'docs/decisions', file), 'utf8')
    for (const heading of ['## Context', '## Decision', '## Consequences']) expect(text, file).toContain(heading)
  }
})
