import AxeBuilder from '@axe-core/playwright'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sampleOf, seeded } from '../server/redaction/sample.ts'
import { expect, open, test } from './app.ts'
import { projectFolder } from './homes.ts'

const TOKEN = sampleOf('ghp_{a62:30}{crc62}', seeded(55))

/** A home with one session about a project that holds the same secret. */
function makeHome(scratch: string): string {
  const homeDir = join(scratch, 'home')
  const project = join(scratch, 'app')
  const folder = projectFolder(homeDir, project)
  for (const made of [folder, project]) mkdirSync(made, { recursive: true })
  const record = {
    type: 'user',
    uuid: 'u1',
    parentUuid: null,
    sessionId: 's1',
    cwd: project,
    timestamp: '2026-09-01T10:00:00.000Z',
    message: { role: 'user', content: `Push with ${TOKEN}` },
  }
  writeFileSync(join(folder, 's1.jsonl'), `${JSON.stringify(record)}\n`)
  writeFileSync(join(project, '.env'), `\nTOKEN=${TOKEN}\n`)
  return homeDir
}

test('the report says what to rotate and where else it stands, and an ignored secret is listed as such, by keyboard', async ({
  page,
  scratch,
  start,
}) => {
  const app = await start({ homeDir: makeHome(scratch) })
  await app.readAll()
  await open(page, app, '/secrets')
  await page.getByRole('link', { name: 'Report' }).press('Enter')
  const rotate = page.getByRole('region', { name: 'Rotate first' })
  await expect(rotate.getByRole('link', { name: 'GitHub personal access token' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'By project and agent' }).getByText('Claude Code')).toBeVisible()

  const elsewhere = page.getByRole('region', { name: 'Elsewhere on disk' })
  await elsewhere.getByRole('button', { name: 'Search', exact: true }).press('Enter')
  await expect(elsewhere.getByText(`${join(scratch, 'app', '.env')}:2`)).toBeVisible()
  await expect(elsewhere.getByRole('button', { name: 'Search again' })).toBeVisible()
  expect(await page.content()).not.toContain(TOKEN)

  await rotate.getByRole('link', { name: 'GitHub personal access token' }).press('Enter')
  await page.getByRole('button', { name: 'Ignore…' }).press('Enter')
  await page.keyboard.type('Of a test')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Ignored', exact: true }).press('Enter')
  await page.getByRole('button', { name: /GitHub personal access token/ }).press('Enter')
  await page.getByRole('button', { name: 'Open again' }).press('Enter')
  await expect(page.getByText('No secret passes the filter')).toBeVisible()
})

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious on the report in ${theme}`, async ({ page, scratch, start }) => {
    const app = await start({ homeDir: makeHome(scratch) })
    await app.readAll()
    await page.emulateMedia({ colorScheme: theme })
    await open(page, app, '/secrets/report')
    const elsewhere = page.getByRole('region', { name: 'Elsewhere on disk' })
    await elsewhere.getByRole('button', { name: 'Search', exact: true }).click()
    await expect(elsewhere.getByRole('table')).toBeVisible()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  })
}
