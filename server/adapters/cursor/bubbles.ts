import type { LineReading, ParsedEvent, SessionFact } from '../adapter.ts'
import { eventOf, type Draft } from '../shared/drafts.ts'
import type { KeptRow } from '../shared/row-line.ts'
import { countOf, isShape, listOf, numberOf, shapeOf, textOf, timeOf, type Shape } from '../shared/shape.ts'
import { SUMMARISATION, timeOfBubble } from './bubble-time.ts'
import { toolDrafts } from './tools.ts'

const THINKING = 30
const USER = 1
const ASSISTANT = 2

/** Name for answers whose bubble and composer name no model. */
const UNNAMED = 'cursor'

/** Reads the row of a bubble. It is written again whenever it says more. */
export function readBubble({ key, json, place, about }: KeptRow): LineReading {
  const bubble = shapeOf(json)
  const id = textOf(bubble['bubbleId']) ?? key.split(':')[2] ?? ''
  if (!isShape(json) || id === '') {
    return { kind: 'bookkeeping', facts: [], fileOps: [], unknownKind: 'bubbleId without a bubble' }
  }
  const events = eventsOf({ ...bubble, bubbleId: id }, about, place)
  return { kind: 'events', events, facts: promptFacts(events) }
}

/** Events of a bubble that has an id. */
export function eventsOf(bubble: Shape, about: Shape, place: Shape): ParsedEvent[] {
  const id = textOf(bubble['bubbleId']) ?? ''
  const at = timeOfBubble(bubble) ?? timeOf(about['at'])
  const isAside = place['aside'] === true
  const model = textOf(shapeOf(bubble['modelInfo'])['modelName']) ?? textOf(about['model'])
  const head = { at, recordKind: recordKindOf(bubble, isAside) }
  return draftsOf(bubble, id, { about, model }).map((draft) => ({
    ...eventOf(draft, head),
    isSidechain: isAside,
    model: bubble['type'] === ASSISTANT ? model : null,
    supersedes: true,
  }))
}

function draftsOf(bubble: Shape, id: string, context: { about: Shape; model: string | null }): Draft[] {
  switch (bubble['type']) {
    case USER:
      return [promptDraft(bubble, id)]
    case ASSISTANT:
      return answerDrafts(bubble, id, context)
    default:
      return [{ id, kind: 'unknown', raw: bubble }]
  }
}

function promptDraft(bubble: Shape, id: string): Draft {
  const text = textOf(bubble['text']) ?? textInRich(bubble['richText'])
  return text === null ? { id, kind: 'attachment', raw: bubble } : { id, kind: 'prompt', text }
}

function answerDrafts(bubble: Shape, id: string, { about, model }: { about: Shape; model: string | null }): Draft[] {
  const usage = usageOf(bubble, id, model)
  if (bubble['capabilityType'] === SUMMARISATION) {
    const preTokens = numberOf(shapeOf(bubble['contextWindowStatusAtCreation'])['tokensUsed'])
    const compaction = { trigger: 'unknown', preTokens, postTokens: null, durationMs: null } as const
    return [{ id, kind: 'compaction', compaction }]
  }
  const thought = thoughtOf(bubble)
  if (bubble['capabilityType'] === THINKING) return [{ id, kind: 'thinking', text: thought, usage }]
  const tool = shapeOf(bubble['toolFormerData'])
  if (textOf(tool['name']) !== null)
    return toolDrafts(tool, id, about).map((draft, part) => (part === 0 ? { ...draft, usage } : draft))
  const text = textOf(bubble['text'])
  const answer: Draft = text === null ? { id, kind: 'progress', raw: bubble } : { id, kind: 'answer', text }
  const said: Draft[] = [{ ...answer, usage }]
  return thought === null ? said : [{ id: `${id}#thinking`, kind: 'thinking', text: thought }, ...said]
}

function thoughtOf(bubble: Shape): string | null {
  const own = textOf(shapeOf(bubble['thinking'])['text'])
  if (own !== null) return own
  const blocks = listOf(bubble['allThinkingBlocks']).flatMap((block) => {
    const told = shapeOf(block)
    return textOf(told['text']) ?? textOf(told['thinking']) ?? []
  })
  return blocks.length === 0 ? null : blocks.join('\n\n')
}

/** The text of an editor's document: its text nodes in order, a line for each paragraph. */
function textInRich(rich: unknown): string | null {
  if (typeof rich !== 'string' || !rich.startsWith('{')) return null
  try {
    const text = textBelow(JSON.parse(rich), 0).trim()
    return text === '' ? null : text
  } catch {
    return null
  }
}

function textBelow(node: unknown, depth: number): string {
  if (!isShape(node) || depth > 50) return ''
  if (typeof node['text'] === 'string') return node['text']
  const inner = listOf(node['children'] ?? shapeOf(node['root'])['children']).map((child) =>
    textBelow(child, depth + 1),
  )
  return node['type'] === 'paragraph' ? `${inner.join('')}\n` : inner.join('')
}

/** Counts are often all 0; then nothing is known. */
function usageOf(bubble: Shape, id: string, model: string | null): ParsedEvent['usage'] {
  const counted = shapeOf(bubble['tokenCount'])
  const older = shapeOf(bubble['usage'])
  const input = countOf(counted['inputTokens']) || countOf(older['input_tokens'])
  const output = countOf(counted['outputTokens']) || countOf(older['output_tokens'])
  const used = countOf(shapeOf(bubble['contextWindowStatusAtCreation'])['tokensUsed'])
  if (input === 0 && output === 0 && used === 0) return null
  return {
    key: `cursor:${id}`,
    messageId: id,
    isSidechain: false,
    model: model ?? UNNAMED,
    tokens: { input, output, cacheRead: 0, cacheWrite: 0 },
    cacheWrite1h: 0,
    speed: 'standard',
    statedCostUsd: null,
    contextUsed: used === 0 ? input : used,
  }
}

function recordKindOf(bubble: Shape, isAside: boolean): string {
  const type = bubble['type'] === USER ? 'user' : bubble['type'] === ASSISTANT ? 'assistant' : 'other'
  const capability = numberOf(bubble['capabilityType'])
  const kind = capability === null ? `bubble/${type}` : `bubble/${type}/${capability}`
  return isAside ? `${kind} (in no list)` : kind
}

function promptFacts(events: readonly ParsedEvent[]): SessionFact[] {
  const prompt = events.find((event) => event.kind === 'prompt' && !event.isSidechain)
  return prompt?.text ? [{ kind: 'first-prompt', text: prompt.text }] : []
}
