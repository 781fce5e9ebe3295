import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Disk } from './demo/calls.ts'
import { recordEventLog } from './demo/harbor-log.ts'
import { recordIdleSaves, recordSlowStart } from './demo/harbor-later.ts'
import { harborFiles } from './demo/harbor-files.ts'
import { lumenFiles, recordRainChart, recordRename } from './demo/lumen.ts'
import { Recorder, type SessionPlan, type SubagentFiles } from './demo/recorder.ts'
import { ferryFiles, recipesFiles, recordAccessiblePage, recordQuestion, recordTimetable } from './demo/smaller.ts'

const OPUS = 'claude-opus-4-5-20251101'
const SONNET = 'claude-sonnet-4-5-20250929'

const alone = (record: (session: Recorder) => void) => (session: Recorder) => {
  record(session)
  return []
}

/** Stories in the order in which they happened; sessions of one project share its disk. */
const stories: { plan: SessionPlan; record: (session: Recorder) => SubagentFiles[] }[] = [
  {
    plan: planOf('recipes', '/home/ada/recipes', '2026-11-05T18:20:00Z', SONNET, 0.5),
    record: alone(recordAccessiblePage),
  },
  { plan: planOf('rain', '/home/ada/code/lumen', '2026-11-09T09:02:00Z', SONNET, 0.6), record: alone(recordRainChart) },
  { plan: planOf('rename', '/home/ada/code/lumen', '2026-11-10T16:44:00Z', SONNET, 0.6), record: alone(recordRename) },
  { plan: planOf('event-log', '/home/ada/code/harbor', '2026-11-13T08:11:00Z', OPUS, 5.2), record: recordEventLog },
  {
    plan: planOf('timetable', '/home/ada/code/ferry', '2026-11-15T12:30:00Z', SONNET, 0.5),
    record: alone(recordTimetable),
  },
  {
    plan: planOf('slow-start', '/home/ada/code/harbor', '2026-11-17T08:15:00Z', OPUS, 1.1),
    record: alone(recordSlowStart),
  },
  {
    plan: { ...planOf('idle-saves', '/home/ada/code/harbor', '2026-11-18T09:40:00Z', OPUS, 1.1), version: '2.1.330' },
    record: alone(recordIdleSaves),
  },
  {
    plan: planOf('question', '/home/ada/code/ferry', '2026-11-19T07:55:00Z', SONNET, 0.5),
    record: alone(recordQuestion),
  },
]

/** Writes the demo's home folder: the same files at each run. */
export function makeDemo(home: string): void {
  const disk = startingDisk()
  const history: string[] = []
  for (const { plan, record } of stories) {
    const session = new Recorder(plan, disk)
    const subagents = record(session)
    const folder = join(home, '.claude', 'projects', plan.cwd.replace(/[^A-Za-z0-9]/g, '-'))
    writeLines(join(folder, `${session.sessionId}.jsonl`), session.lines)
    for (const { agentId, lines, meta } of subagents) {
      const file = join(folder, session.sessionId, 'subagents', `agent-${agentId}`)
      writeLines(`${file}.jsonl`, lines)
      writeFileSync(`${file}.meta.json`, JSON.stringify(meta))
    }
    for (const line of session.lines) {
      if (line['type'] !== 'last-prompt') continue
      const timestamp = Date.parse(plan.startsAt)
      history.push(JSON.stringify({ display: line['lastPrompt'], pastedContents: {}, timestamp, project: plan.cwd }))
    }
  }
  writeFileSync(join(home, '.claude', 'history.jsonl'), `${history.join('\n')}\n`)
}

function planOf(seed: string, cwd: string, startsAt: string, model: string, density: number): SessionPlan {
  return { seed, cwd, branch: 'main', version: '2.1.197', model, startsAt, baseTokens: 16_400, density }
}

function startingDisk(): Disk {
  const disk: Disk = new Map()
  const projects = {
    '/home/ada/code/harbor': harborFiles,
    '/home/ada/code/lumen': lumenFiles,
    '/home/ada/code/ferry': ferryFiles,
    '/home/ada/recipes': recipesFiles,
  }
  for (const [folder, files] of Object.entries(projects)) {
    for (const [path, content] of Object.entries(files)) disk.set(`${folder}/${path}`, content)
  }
  return disk
}

function writeLines(file: string, lines: readonly unknown[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const home = fileURLToPath(new URL('../demo/home', import.meta.url))
  rmSync(home, { recursive: true, force: true })
  makeDemo(home)
}
