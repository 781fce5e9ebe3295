import type { ImagePart } from '../../contract/event.ts'
import { isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'

/** What a content consists of: a text, one part or a list of parts, as the API has them. */
export function partsOf(content: unknown): Shape[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
  if (isShape(content)) return [content]
  return listOf(content).flatMap((part) => (typeof part === 'string' ? [{ text: part }] : isShape(part) ? [part] : []))
}

/** The text of parts, thoughts left out; null when there is none. */
export function textIn(parts: readonly Shape[]): string | null {
  const texts = parts
    .filter((part) => part['thought'] !== true)
    .map((part) => part['text'])
    .filter((text) => typeof text === 'string')
  return texts.length === 0 ? null : texts.join('')
}

/** Images that stand in parts. */
export function imagesIn(parts: readonly Shape[]): ImagePart[] {
  return parts.flatMap((part) => {
    const inline = shapeOf(part['inlineData'])
    const base64 = textOf(inline['data'])
    const mediaType = textOf(inline['mimeType'])
    if (base64 === null || mediaType === null || !mediaType.startsWith('image/')) return []
    const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0
    return [{ mediaType, bytes: Math.max(0, Math.floor((base64.length * 3) / 4) - padding), base64 }]
  })
}

/** What a context that the agent puts before the conversation says about the folder that it works in. */
export function folderIn(context: string): string | null {
  const listed = /Workspace Directories:\*{0,2}\s*\n\s*-\s+([^\n]+)/.exec(context)?.[1]
  const told = /working in the (?:directory|following directories):?\s*(?:\n\s*-\s+)?([^\n]+)/.exec(context)?.[1]
  const folder = (listed ?? told)?.trim() ?? ''
  return /^(?:\/|[A-Za-z]:[\\/])/.test(folder) ? folder : null
}
