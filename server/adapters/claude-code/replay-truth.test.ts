import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from '../shared/line-splitter.ts'
import { claudeCode } from './index.ts'

const homeDir = join(import.meta.dirname, '../../../../shared/data/replay-truth/home')
const isThere = existsSync(homeDir)

describe.skipIf(!isThere)(
  `47 real sessions${isThere ? '' : ' (skipped: ../shared/data/replay-truth is not on this machine)'}`,
  () => {
    it('lose no line, and every compaction is found', () => {
      const count = { files: 0, lines: 0, events: 0, bookkeeping: 0, blank: 0, problem: 0, compactions: 0, unknown: 0 }
      const host = { homeDir, env: {}, platform: process.platform }
      for (const file of readdirSync(homeDir, { recursive: true, encoding: 'utf8' })) {
        const source = claudeCode.classify(join(homeDir, file), host)
        if (source?.role !== 'session') continue
        count.files += 1
        const splitter = new LineSplitter()
        const lines = splitter.push(readFileSync(source.path), 0)
        const last = splitter.flush()
        for (const line of last === null ? lines : [...lines, last]) {
          const reading = claudeCode.readLine(line.bytes, { source, offset: line.offset })
          count.lines += 1
          count[reading.kind] += 1
          if (reading.kind === 'bookkeeping' && reading.unknownKind !== null) count.unknown += 1
          if (reading.kind !== 'events') continue
          count.compactions += reading.events.filter((event) => event.kind === 'compaction').length
          count.unknown += reading.events.filter((event) => event.kind === 'unknown').length
        }
      }
      // Counted with find, wc -l (16 961 line feeds; 40 files end without one) and grep -c.
      expect(count).toEqual({
        files: 47,
        lines: 17_001,
        events: 16_423,
        bookkeeping: 578,
        blank: 0,
        problem: 0,
        compactions: 10,
        unknown: 0,
      })
    }, 60_000)
  },
)
