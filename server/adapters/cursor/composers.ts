import type { LineReading, SessionFact } from '../adapter.ts'
import type { KeptRow } from '../shared/row-line.ts'
import { countOrNull, listOf, numberOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import { eventsOf } from './bubbles.ts'

/** Versions of a composer's row that were described; others are read all the same, and told. */
const KNOWN_VERSIONS: readonly unknown[] = [undefined, 1, 3, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]

/** Reads the row of a composer: what it says about the session, and in old versions the conversation itself. */
export function readComposer({ json, place, about }: KeptRow): LineReading {
  const composer = shapeOf(json)
  const left = textOf(place['left'])
  const events = listOf(composer['conversation'])
    .map(shapeOf)
    .flatMap((bubble) => (textOf(bubble['bubbleId']) === null ? [] : eventsOf(bubble, {}, {})))
  const seen = new Set<string>()
  const once = events.filter((event) => !seen.has(event.id) && seen.add(event.id) !== undefined)
  const facts: SessionFact[] = [
    ...factsOf(composer, textOf(about['folder'])),
    ...(left === null ? [] : [{ kind: 'rewind', id: left, keeps: false } as const]),
  ]
  const prompt = once.find((event) => event.kind === 'prompt')?.text
  if (prompt) facts.push({ kind: 'first-prompt', text: prompt })
  if (once.length > 0) return { kind: 'events', events: once, facts }
  const version = composer['_v']
  const isKnown = KNOWN_VERSIONS.includes(version)
  return { kind: 'bookkeeping', facts, fileOps: [], unknownKind: isKnown ? null : `composerData _v ${nameOf(version)}` }
}

/** Reads the row that lists a composer, which has its name and its parent too. */
export function readHeader(header: Shape): SessionFact[] {
  return [...titleOf(header), ...parentOf(header)]
}

function factsOf(composer: Shape, folder: string | null): SessionFact[] {
  const facts = [...titleOf(composer), ...parentOf(composer)]
  if (folder !== null) facts.push({ kind: 'cwd', path: folder, isProject: true })
  const window = countOrNull(composer['contextTokenLimit'])
  if (window !== null && window > 0) facts.push({ kind: 'context-window', tokens: window })
  return facts
}

function titleOf(record: Shape): SessionFact[] {
  const name = textOf(record['name'])
  return name === null ? [] : [{ kind: 'title', rank: 1, text: name }]
}

/** A sub-agent is a composer of its own, that says which one started it. */
function parentOf(record: Shape): SessionFact[] {
  const info = shapeOf(record['subagentInfo'])
  const parent = textOf(info['parentComposerId'])
  if (parent === null) return []
  const agentType = textOf(info['subagentTypeName'])
  return [
    { kind: 'parent', nativeId: parent },
    { kind: 'subagent', agentType, description: textOf(record['name']), toolUseId: null },
  ]
}

function nameOf(version: unknown): string {
  return numberOf(version) === null ? 'that is no number' : String(version)
}
