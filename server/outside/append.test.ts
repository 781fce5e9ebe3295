import { hash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { appendFile, open } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createOutsideBench } from './testing.ts'

/** Appends numbered lines to a file as agents do, each by its name, and says how many when it is told to end. */
const APPENDER = `
const { appendFileSync } = require('node:fs')
let n = 0
let isOn = true
process.once('SIGTERM', () => { isOn = false })
const next = () => {
  if (!isOn) return process.stdout.write(String(n))
  appendFileSync(process.argv[1], 'line ' + n++ + '\\n')
  setTimeout(next, Math.random() * 3)
}
next()
`

test('an agent that appends while its file is written over and over loses no line', { timeout: 60_000 }, async () => {
  const bench = createOutsideBench()
  onTestFinished(bench.close)
  const path = bench.at('a.jsonl')
  writeFileSync(path, 'begun with secret\n')
  const child = spawn(process.execPath, ['-e', APPENDER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  const ended = new Promise((resolve) => child.once('close', resolve))
  let applied = 0
  for (const end = Date.now() + 8000; Date.now() < end;) {
    const before = readFileSync(path)
    const content = {
      bytes: Buffer.from(before.toString().replace(/secret|hidden/, (one) => (one === 'secret' ? 'hidden' : 'secret'))),
    }
    const outcome = await bench.outside
      .apply({
        kind: 'redaction',
        title: 'Over',
        writes: [{ path, root: bench.root, content, reasonAgainst: same(before) }],
      })
      .catch(() => ({ applied: false }))
    if (outcome.applied) applied += 1
  }
  child.kill('SIGTERM')
  await ended

  const lines = readFileSync(path, 'utf8').split('\n').slice(1, -1)
  const wanted = Array.from({ length: Number(output) }, (_, n) => `line ${n}`)
  expect(new Set(lines)).toEqual(new Set(wanted))
  expect(lines).toHaveLength(wanted.length)
  expect(applied, 'it came between two lines').toBeGreaterThan(0)
  expect(readdirSync(bench.root)).toEqual(['a.jsonl'])
})

test('a line that is written into the old file after the new one took its place is carried over', async () => {
  const bench = createOutsideBench()
  onTestFinished(bench.close)
  const path = bench.at('a.jsonl')
  writeFileSync(path, 'old\n')
  const held = await open(path, 'a')
  const inode = statSync(path).ino
  const late = (async () => {
    while (statSync(path).ino === inode) await new Promise(setImmediate)
    await held.appendFile('late\n')
    await held.close()
    await appendFile(path, 'later\n')
  })()

  const { applied } = await bench.outside.apply({
    kind: 'redaction',
    title: 'Over',
    writes: [{ path, root: bench.root, content: { bytes: Buffer.from('new\n') } }],
  })
  await late

  expect(applied).toBe(true)
  expect(readFileSync(path, 'utf8').split('\n').sort()).toEqual(['', 'late', 'later', 'new'])
  expect(readdirSync(bench.root)).toEqual(['a.jsonl'])
})

/** As a redaction asks for it: only what was read is written over. */
function same(before: Buffer): (sha256: string | null) => string | null {
  return (now) => (now === hashOf(before) ? null : 'It changed while it was looked through.')
}

function hashOf(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex')
}
