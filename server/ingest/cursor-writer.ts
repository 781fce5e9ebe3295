/**
 * A program for cursor-intake.test.ts: writes rows as the editor does, without waiting for anyone, until it is killed.
 * A line is written for each error; `<rows>` at the end, when it is told to end by SIGTERM.
 */
import { openAsEditor } from './cursor-testing.ts'

const [path = '', composerId = ''] = process.argv.slice(2)
const sqlite = openAsEditor(path)
sqlite.pragma('busy_timeout = 0')
const insert = sqlite.prepare('INSERT INTO cursorDiskKV VALUES (?, ?)')
let rows = 0
let isOver = false
process.on('SIGTERM', () => {
  isOver = true
})

function writeComposer(): void {
  const headers = Array.from({ length: rows }, (_, index) => ({ bubbleId: `w${index}`, type: 2 }))
  const composer = { _v: 16, composerId, name: 'Written', fullConversationHeadersOnly: headers }
  insert.run(`composerData:${composerId}`, JSON.stringify(composer))
}

function write(): void {
  const id = `w${rows}`
  try {
    sqlite.transaction(() => {
      insert.run(
        `bubbleId:${composerId}:${id}`,
        JSON.stringify({ _v: 3, bubbleId: id, type: 2, text: `Answer ${rows}` }),
      )
    })()
    rows += 1
    if (rows % 50 === 0) sqlite.pragma('wal_checkpoint(PASSIVE)')
  } catch (error) {
    process.stdout.write(`${String(error)}\n`)
  }
}

writeComposer()
const timer = setInterval(() => {
  for (let n = 0; n < 5; n += 1) write()
  if (!isOver) return
  clearInterval(timer)
  writeComposer()
  sqlite.close()
  process.stdout.write(`${rows} rows\n`)
}, 5)
