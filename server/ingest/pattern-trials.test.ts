import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTemporaryDatabases, type TemporaryDatabases } from '../../db/testing.ts'
import { TextScan } from './text-scan.ts'

const trial = { pattern: 'acme-(\\w+)', keyword: 'acme', text: 'the acme-word' }
let databases: TemporaryDatabases
let scan: TextScan

beforeEach(() => {
  databases = createTemporaryDatabases()
})

afterEach(async () => {
  await scan.close()
  databases.close()
})

function start(options?: { patience: number }): TextScan {
  const { folder } = databases
  scan = new TextScan(
    { dataDir: folder, vaultPath: join(folder, 'vault.db'), indexPath: join(folder, 'index.db') },
    options,
  )
  return scan
}

test('a pattern is tried as a scan would use it, through escapes and base64 too', async () => {
  start()
  const encoded = Buffer.from('the way in is acme-sesame, mind').toString('base64')

  expect(await scan.tryPattern(trial)).toEqual({
    problem: null,
    hasKeyword: true,
    hits: [{ start: 9, end: 13 }],
    masked: 'the acme-[REDACTED]',
    isComplete: true,
  })
  const inBase64 = await scan.tryPattern({ ...trial, text: `cat | base64\n${encoded}` })
  expect(inBase64.hits).toHaveLength(1)
  expect(Buffer.from(inBase64.masked.split('\n')[1] ?? '', 'base64').toString()).toBe(
    'the way in is acme-[REDACTED], mind',
  )
})

test('a trial that takes too long is given up with a sentence, and the next text gets a new thread', async () => {
  start({ patience: 1 })
  await expect(scan.tryPattern(trial)).rejects.toMatchObject({
    code: 'unavailable',
    message: 'The pattern could not be tried in time. Make it simpler or the text shorter, and try again.',
  })

  expect(await scan.scan('the acme-word')).toEqual({ found: [], isComplete: true })
})
