import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { CodeFile } from '../server/contract/replay.ts'
import { discard, quantile, startApp, untilIdle, type RunningApp } from './support/app.ts'

/*
 * Scores the code state against real commits: what `/code` says at the last event of the sessions behind a commit,
 * held against the files of that commit.
 *   npm run bench -- replay-truth [--data FOLDER] [--misses] [--rounds N]
 */

const Truth = z.array(
  z.object({
    commit: z.string(),
    committed_at: z.number(),
    sessions: z.array(z.object({ sessionId: z.string(), lastEventUuid: z.string(), lastEventAt: z.string() })).min(1),
    files: z.array(z.object({ path: z.string(), status: z.string(), sha256: z.string().nullable() })),
  }),
)
type Commit = z.infer<typeof Truth>[number]

/** One file of one commit, and what we said about it. */
interface Verdict {
  commit: Commit
  path: string
  status: string
  said: CodeFile | undefined
  isRight: boolean
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: join(import.meta.dirname, '../../shared/data/replay-truth') },
    misses: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
})
const truthFile = join(values.data, 'truth.json')
if (!existsSync(truthFile)) {
  console.log(`Skipped: there is no file ${truthFile}. Name the folder that holds home/ and truth.json with --data.`)
  process.exit(0)
}

const truth = Truth.parse(JSON.parse(readFileSync(truthFile, 'utf8')))
const app = await startApp(join(values.data, 'home'))
try {
  await untilIdle(app)
  const milliseconds: number[] = []
  const verdicts: Verdict[] = []
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const commit of truth) verdicts.push(...(await judge(app, commit, milliseconds)))
  }
  report(verdicts.slice(0, verdicts.length / Number(values.rounds)), milliseconds)
} finally {
  await app.stop()
  discard(app.dataDir)
}

async function judge(server: RunningApp, commit: Commit, milliseconds: number[]): Promise<Verdict[]> {
  const last = commit.sessions.reduce((a, b) => (a.lastEventAt >= b.lastEventAt ? a : b))
  const id = encodeURIComponent(`claude-code:${last.sessionId}`)
  const { projectPath } = await server.get<{ projectPath: string | null }>(`/api/sessions/${id}`)
  const begun = performance.now()
  const { files } = await server.get<{ files: CodeFile[] }>(`/api/sessions/${id}/code?at=${last.lastEventUuid}`)
  milliseconds.push(performance.now() - begun)
  return commit.files.map((file) => {
    const said = findFile(files, projectPath ?? '/', file.path)
    const isRight = file.status === 'D' ? said?.state === 'deleted' : said !== undefined && said.sha256 === file.sha256
    return { commit, path: file.path, status: file.status, said, isRight }
  })
}

/** The repository's root is the session's folder or a parent of it. */
function findFile(files: CodeFile[], projectPath: string, path: string): CodeFile | undefined {
  const byPath = new Map(
    files.map((file) => [file.path.startsWith('/') ? file.path : join(projectPath, file.path), file]),
  )
  for (let root = projectPath; ; root = dirname(root)) {
    const found = byPath.get(join(root, path))
    if (found || root === dirname(root)) return found
  }
}

function report(verdicts: Verdict[], milliseconds: number[]): void {
  const right = verdicts.filter((one) => one.isRight).length
  console.log(`${truth.length} commits, ${verdicts.length} changed files: ${share(right, verdicts.length)} byte-exact`)
  for (const status of ['M', 'A', 'D'])
    row(
      `status ${status}`,
      verdicts.filter((one) => one.status === status),
    )
  for (const label of ['exact', 'probable', 'unknown', undefined]) {
    row(
      `labelled ${label ?? 'nothing (file not listed)'}`,
      verdicts.filter((one) => one.said?.confidence === label),
    )
  }
  halves(verdicts)
  console.log(
    `/code over HTTP: p50 ${quantile(milliseconds, 0.5).toFixed(1)} ms, p95 ${quantile(milliseconds, 0.95).toFixed(1)} ms`,
  )
  const wrong = verdicts.filter((one) => !one.isRight && (values.misses || one.said?.confidence === 'exact'))
  for (const one of wrong) console.log(missLine(one))
}

function row(name: string, verdicts: Verdict[]): void {
  console.log(`  ${name.padEnd(36)} ${share(verdicts.filter((one) => one.isRight).length, verdicts.length)}`)
}

/** The same figures for halves of the commits chosen by hash: how much they depend on the data. */
function halves(verdicts: Verdict[]): void {
  for (let digit = 0; digit < 4; digit += 1) {
    const half = verdicts.filter((one) => Number.parseInt(one.commit.commit.charAt(digit), 16) % 2 === 0)
    const exact = half.filter((one) => one.said?.confidence === 'exact')
    row(`half by digit ${digit + 1}: all`, half)
    row(`half by digit ${digit + 1}: exact`, exact)
  }
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0 of 0' : `${part} of ${whole} = ${((part / whole) * 100).toFixed(1)} %`
}

function missLine({ commit, path, status, said }: Verdict): string {
  const last = commit.sessions.reduce((a, b) => (a.lastEventAt >= b.lastEventAt ? a : b))
  const lag = Math.round(commit.committed_at - Date.parse(last.lastEventAt) / 1000)
  const source = said
    ? `${said.confidence} ${said.state} ${said.bytes ?? '-'} B by ${said.source.kind} at ${said.source.at ?? '-'}`
    : 'not listed'
  return `  miss ${commit.commit.slice(0, 8)} (committed ${lag} s after the event) ${status} ${path}: ${source}`
}
