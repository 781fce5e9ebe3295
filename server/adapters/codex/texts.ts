import type { ImagePart } from '../../contract/event.ts'
import { isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'

/** Characters of a summary line. */
const SUMMARY_LENGTH = 200

/** The texts in a content of the API: a text, or a list of parts of which some have one. */
export function textIn(content: unknown): string | null {
  if (typeof content === 'string') return content
  const texts = listOf(content)
    .map((part) => (isShape(part) ? part['text'] : part))
    .filter((text) => typeof text === 'string')
  return texts.length === 0 ? null : texts.join('\n')
}

/** Images that stand in a content as `data:` addresses. */
export function imagesIn(content: unknown): ImagePart[] {
  return listOf(content).flatMap((part) => {
    const image = shapeOf(part)['image_url']
    const found = /^data:(image\/[\w.+-]+);base64,([\s\S]+)$/.exec(textOf(image) ?? '')
    if (found?.[1] === undefined || found[2] === undefined) return []
    const [, mediaType, base64] = found
    const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
    return [{ mediaType, bytes: Math.max(0, Math.floor((base64.length * 3) / 4) - padding), base64 }]
  })
}

/** The value of a text of JSON; an empty object where it holds none. */
export function parsedShape(text: unknown): Shape {
  if (isShape(text)) return text
  if (typeof text !== 'string') return {}
  try {
    return shapeOf(JSON.parse(text))
  } catch {
    return {}
  }
}

/** The beginning of a text as one line. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, SUMMARY_LENGTH * 4)
    .replace(/\s+/g, ' ')
    .trim()
  return (line.length > SUMMARY_LENGTH ? `${line.slice(0, SUMMARY_LENGTH - 1)}…` : line).toWellFormed()
}
