import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryFolder, type TemporaryFolder } from '../db/testing.ts'
import { AppUnderTest } from './app-testing.ts'
import { cancelElsewhere, getElsewhere, searchElsewhere, type ElsewhereReport } from './contract/elsewhere.ts'
import { listSecrets } from './contract/secrets.ts'
import { line } from './ingest/testing.ts'
import { sampleOf, seeded } from './redaction/sample.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(61))
const OTHER = sampleOf('glpat-{u64:20}', seeded(62))
const LONG_AGO = new Date('2026-01-02T03:04:05Z')

let folder: TemporaryFolder
let home: string
let project: string
let app: AppUnderTest

beforeEach(async () => {
  folder = createTemporaryFolder()
  home = join(folder.path, 'home')
  project = join(folder.path, 'code', 'app')
  put(join(home, '.claude/projects/-w-app/s.jsonl'), line(`Push with ${TOKEN}, or ${OTHER}`, { cwd: project }))
  app = await AppUnderTest.start(folder.path)
  await app.deps.ingest.start()
  await expect.poll(() => app.deps.places.counts().length, { timeout: 20_000 }).toBe(2)
}, 30_000)

afterEach(async () => {
  await app.close()
  folder.remove()
})

function put(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  utimesSync(path, LONG_AGO, LONG_AGO)
}

async function search(): Promise<ElsewhereReport> {
  const begun = await app.ask('/api/secrets/elsewhere', { method: 'POST' })
  expect(searchElsewhere.reply.parse(begun.json()).state).toBe('running')
  const report = async () => getElsewhere.reply.parse((await app.ask('/api/secrets/elsewhere')).json())
  await expect.poll(async () => (await report()).state, { timeout: 30_000 }).not.toBe('running')
  return report()
}

/** Which file holds what, as a person would say it. */
async function found(): Promise<string[]> {
  const { places } = await search()
  return places
    .map(({ path, area, line: at, count }) => `${path.replace(folder.path, '')}:${at} ${count} ${area}`)
    .sort()
}

test('known values are found in projects and in what agents keep beside sessions, with line and secret', async () => {
  put(join(project, '.env'), `PORT=80\n\nTOKEN=${TOKEN}\nAGAIN=${TOKEN}\n`)
  put(join(project, '.git/config'), `[remote]\n  url = https://x:${TOKEN}@github.com/a/b\n`)
  put(join(project, 'deep/er/notes.md'), `nothing here`)
  put(join(home, '.claude/paste-cache/1.txt'), `${OTHER} and ${TOKEN}`)
  put(join(home, '.claude/settings.local.json'), JSON.stringify({ env: { A: OTHER } }))

  const report = await search()

  expect(report).toMatchObject({ state: 'done', isCapped: false, values: 2 })
  const byPath = report.places.map((place) => ({ ...place, path: place.path.replace(folder.path, '') }))
  const [token, other] = listSecrets.reply.parse((await app.ask('/api/secrets')).json()).items
  const idOf = {
    token: token?.kind === 'github-pat' ? token.id : other?.id,
    other: token?.kind === 'github-pat' ? other?.id : token?.id,
  }
  expect(byPath).toHaveLength(5)
  expect(byPath).toEqual(
    expect.arrayContaining([
      { path: '/code/app/.env', area: 'project', line: 3, count: 2, secretId: idOf.token },
      { path: '/code/app/.git/config', area: 'project', line: 2, count: 1, secretId: idOf.token },
      { path: '/home/.claude/paste-cache/1.txt', area: 'agent', line: 1, count: 1, secretId: idOf.token },
      { path: '/home/.claude/paste-cache/1.txt', area: 'agent', line: 1, count: 1, secretId: idOf.other },
      { path: '/home/.claude/settings.local.json', area: 'agent', line: 1, count: 1, secretId: idOf.other },
    ]),
  )
  expect(app.log + JSON.stringify(report)).not.toContain(TOKEN)
})

test('no link is followed, what is large, no text, or of others is passed over, and nothing is touched', async () => {
  const outside = join(folder.path, 'outside/secret.txt')
  const env = join(project, '.env')
  put(outside, TOKEN)
  put(env, TOKEN)
  symlinkSync(dirname(outside), join(project, 'linked'))
  symlinkSync(outside, join(project, 'link.txt'))
  put(join(project, 'node_modules/x/index.js'), TOKEN)
  put(join(project, '.git/objects/aa/bb'), TOKEN)
  put(join(project, 'image.bin'), Buffer.concat([Buffer.from([0, 1]), Buffer.from(TOKEN)]))
  put(join(project, 'large.log'), TOKEN + ' '.repeat(5_000_000))
  const before = statSync(env)

  const report = await search()

  expect(report.places.map(({ path }) => path)).toEqual([env])
  expect(report.skipped).toEqual({ large: 1, binary: 1, unreadable: 0 })
  expect(readFileSync(env, 'utf8')).toBe(TOKEN)
  expect(statSync(env).mtimeMs).toBe(before.mtimeMs)
})

test('our own folder and sessions are not searched, a secret in a path is masked, one that is ignored is left out', async () => {
  put(join(home, '.claude/projects/-w-app/other.jsonl'), line(`Again ${TOKEN}`, { cwd: folder.path }))
  await expect.poll(() => app.deps.places.counts().length, { timeout: 20_000 }).toBe(3)
  put(join(folder.path, 'data/ours.txt'), TOKEN)
  put(join(project, `${TOKEN}.txt`), `the ${TOKEN}`)
  put(join(project, 'other.txt'), OTHER)
  const { items } = listSecrets.reply.parse((await app.ask('/api/secrets?q=gitlab')).json())
  await app.ask(`/api/secrets/${items[0]?.id}/state`, { method: 'PUT', payload: { state: 'ignored' } })

  // The other session makes the parent of all these folders a project too; it is shallow, because the home folder lies in it.
  expect(await found()).toEqual([
    expect.stringMatching(/^\/code\/app\/\[REDACTED:github-pat:[A-Z2-7]+\]\.txt:1 1 project$/),
  ])
})

test('what was found is known after the next start', async () => {
  put(join(project, '.env'), TOKEN)
  expect(await found()).toEqual(['/code/app/.env:1 1 project'])
  await app.close()
  app = await AppUnderTest.start(folder.path)

  const again = getElsewhere.reply.parse((await app.ask('/api/secrets/elsewhere')).json())
  expect(again).toMatchObject({ state: 'done', places: [{ path: join(project, '.env') }] })
  expect(again.secrets).toMatchObject([{ label: 'GitHub personal access token', severity: 'critical' }])
})

test('a search that is ended stays so with what it found, and the next one goes on to its end', async () => {
  put(join(project, '.env'), TOKEN)
  await app.ask('/api/secrets/elsewhere', { method: 'POST' })
  const ended = cancelElsewhere.reply.parse((await app.ask('/api/secrets/elsewhere', { method: 'DELETE' })).json())
  expect(ended.state).toBe('cancelled')

  expect(await search()).toMatchObject({ state: 'done', rootsDone: 2, places: [{ path: join(project, '.env') }] })
  const late = cancelElsewhere.reply.parse((await app.ask('/api/secrets/elsewhere', { method: 'DELETE' })).json())
  expect(late.state).toBe('done')
})
