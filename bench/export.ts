import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { ExportPreview } from '../server/contract/sharing.ts'
import { discard, post, startApp, untilIdle } from './support/app.ts'
import { MadeSessions } from './support/made-sessions.ts'

/*
 * How large the exported pages are: at most 1.5 times the compressed files of the session and 400 KB for the page itself.
 *   npm run bench -- export [--home FOLDER] [--sessions N] [--made MEGABYTES, of a session that nobody had]
 * The web app has to be built (npm start does that).
 */

const { values } = parseArgs({
  options: {
    home: { type: 'string', default: join(import.meta.dirname, '../demo/home') },
    sessions: { type: 'string', default: '20' },
    made: { type: 'string', default: '12' },
  },
})
const RATIO = 1.5
const PAGE = 400_000

const scratch = mkdtempSync(join(tmpdir(), 'lossless-bench-home-'))
cpSync(values.home, scratch, { recursive: true })
if (Number(values.made) > 0)
  new MadeSessions(scratch, 5, 1).grow(Number(values.made) * 1_000_000, { first: 0, count: 1 })
const app = await startApp(scratch)
let failed = 0
try {
  await untilIdle(app)
  const { items } = await app.get<{ items: { id: string; title: string }[] }>(`/api/sessions?limit=${values.sessions}`)
  console.log('  page kB  session kB, compressed  ratio without the page  ms   session')
  for (const { id, title } of items) {
    const packed = compressedSize(id)
    if (packed === 0) continue
    const begun = performance.now()
    const made = await post<ExportPreview>(app, `/api/sessions/${encodeURIComponent(id)}/export/preview`, {
      format: 'html',
    })
    const ms = Math.round(performance.now() - begun)
    const isWithin = made.refusal !== null || made.bytes <= RATIO * packed + PAGE
    if (!isWithin) failed += 1
    const ratio = Math.max(0, made.bytes - viewerSize()) / packed
    console.log(
      `${kb(made.bytes)}  ${kb(packed)}  ${ratio.toFixed(2).padStart(6)}  ${String(ms).padStart(6)}  ${isWithin ? 'ok ' : 'BAD'} ${title.replace(/\s+/g, ' ').slice(0, 60)}`,
    )
  }
} finally {
  await app.stop()
  discard(app.dataDir)
  rmSync(scratch, { recursive: true, force: true })
}
console.log(failed === 0 ? 'every page is within its bound' : `${failed} pages are too large`)
process.exitCode = failed === 0 ? 0 : 1

/** All files below the home whose path names the session. */
function compressedSize(id: string): number {
  const nativeId = id.split(':')[1] ?? ''
  const seen = new Set<string>()
  let size = 0
  for (const entry of readdirSync(scratch, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !path.endsWith('.jsonl') || !path.includes(nativeId)) continue
    const bytes = readFileSync(path)
    const hash = createHash('sha256').update(bytes).digest('hex')
    if (!seen.has(hash)) size += gzipSync(bytes, { level: 9 }).length
    seen.add(hash)
  }
  return size
}

function viewerSize(): number {
  const folder = join(import.meta.dirname, '../web/dist/standalone')
  if (!existsSync(folder)) throw new Error('The web app is not built: run npm start once.')
  return readdirSync(folder).reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0)
}

function kb(bytes: number): string {
  return (bytes / 1000).toFixed(0).padStart(9)
}
