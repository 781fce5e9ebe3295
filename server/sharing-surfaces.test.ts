import { expect, onTestFinished, test } from 'vitest'
import { DISGUISES, readings } from '../bench/support/disguises.ts'
import { createTemporaryFolder } from '../db/testing.ts'
import { ExportFormat } from './contract/sharing.ts'
import { FORMATS } from './redaction/formats/all.ts'
import { sampleOf, seeded } from './redaction/sample.ts'
import { readable, record, SESSION, SharingWorld } from './sharing-world.ts'

const random = seeded(41)
const SECRETS = drawSecrets(120)

function drawSecrets(count: number): { value: string; name: string }[] {
  const drawn: { value: string; name: string }[] = []
  while (drawn.length < count) {
    const format = FORMATS[Math.floor(random() * FORMATS.length)]
    const value = format?.templates[0] === undefined ? '' : sampleOf(format.templates[0], random)
    if (format && value.length >= 12) drawn.push({ value, name: format.name || 'API_TOKEN' })
  }
  return drawn
}

/** Each secret in each disguise, two thirds of it in the session, the rest in its sub-agent; a file and a side file hold some as well. */
function files(): Record<string, string> {
  const own = (line: string) =>
    line.replace('{"type":"user",', `{"type":"user","sessionId":"${SESSION}","cwd":"/w/app",`)
  const lines = SECRETS.map(({ value, name }) => DISGUISES.flatMap((disguise) => disguise.lines(value, name)).map(own))
  const content = SECRETS.slice(0, 30)
    .map(({ value, name }, index) => `${name}_${index}='${value}'\n`)
    .join('')
  const call = [{ type: 'tool_use', id: 't1', name: 'Write', input: { file_path: '/w/app/settings.env', content } }]
  const written = { type: 'create', filePath: '/w/app/settings.env', content, structuredPatch: [], originalFile: null }
  const subagent = lines
    .slice(80)
    .flat()
    .map((line) => line.replace('"cwd"', '"agentId":"a1","isSidechain":true,"cwd"'))
  return {
    [`${SESSION}.jsonl`]: [
      record('user', 'Hello').trimEnd(),
      ...lines.slice(0, 80).flat(),
      record('assistant', call).trimEnd(),
      record('user', [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }], { toolUseResult: written }),
    ].join('\n'),
    [`${SESSION}/subagents/agent-a1.jsonl`]: `${subagent.join('\n')}\n`,
    [`${SESSION}/tool-results/out.txt`]: `everything\n${content}`,
  }
}

test(
  'no reading of an export holds one of 120 secrets in ten disguises, in any form, whole or with a range',
  { timeout: 300_000 },
  async () => {
    const folder = createTemporaryFolder()
    const world = await SharingWorld.start(folder.path, files())
    onTestFinished(async () => {
      await world.app.close()
      folder.remove()
    })
    expect(saidIn(Object.values(files()))).toHaveLength(SECRETS.length)
    for (const format of ExportFormat.options) {
      for (const range of [undefined, { from: 100, to: 500 }]) {
        const name = `${format} ${JSON.stringify(range)}`
        const seen = await world.preview({ format, range })
        expect(seen.refusal, name).toBeNull()
        expect(seen.secrets.length, name).toBeGreaterThan(range === undefined ? 115 : 30)
        const bytes = await world.exported({ plan: seen.plan })
        const isArchive = bytes.subarray(0, 2).toString() === 'PK'
        const texts = isArchive ? [...(await world.unzipped(bytes)).values()] : [readable(bytes)]
        // So that nothing is said of an empty file.
        expect(texts.join('').match(/\[REDACTED:/g)?.length, name).toBeGreaterThan(range === undefined ? 500 : 100)

        expect(saidIn(texts), name).toEqual([])
      }
    }
  },
)

/** Names of the secrets that any reading of some texts says. */
function saidIn(texts: readonly string[]): string[] {
  const lines = texts.flatMap((text) => text.split('\n').flatMap((line) => readings(line)))
  const said = [...texts, ...lines, joinedDeltas(texts)].join('\u0000')
  return SECRETS.filter(({ value }) => said.includes(value)).map(({ name }) => name)
}

/** What the pieces of streams say one after the other. */
function joinedDeltas(texts: readonly string[]): string {
  return texts
    .flatMap((text) => [...text.matchAll(/"text_delta","text":("(?:[^"\\]|\\.)*")/g)])
    .map(([, piece]) => String(JSON.parse(piece ?? '""')))
    .join('')
}

/** So many names without values cost more than any ordinary text: it is not looked at to its end. */
const COSTLY = 'key:'.repeat(20_000)
const REFUSAL = /could not be looked through to the end.* So it is not shared\.$/

test.each([
  ['what was said', [record('user', `Look: ${COSTLY}`)]],
  [
    'a file that was written',
    [
      record('assistant', [
        { type: 'tool_use', id: 't1', name: 'Write', input: { file_path: '/w/app/a', content: COSTLY } },
      ]),
      record('user', [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }], {
        toolUseResult: { type: 'create', filePath: '/w/app/a', content: COSTLY, structuredPatch: [] },
      }),
    ],
  ],
])('%s that could not be looked at to its end leaves in no form, and the sentence says so', async (_name, lines) => {
  const folder = createTemporaryFolder()
  const world = await SharingWorld.start(folder.path, { [`${SESSION}.jsonl`]: lines.join('') })
  onTestFinished(async () => {
    await world.app.close()
    folder.remove()
  })
  for (const format of ExportFormat.options) expect(await world.refused({ format }), format).toMatch(REFUSAL)
  expect((await world.preview({})).refusal).toMatch(REFUSAL)
})
