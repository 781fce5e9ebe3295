import type { CompactionMark, EventKind, FileChange, ImagePart } from '../../server/contract/event.ts'
import type { SharedFile, SharedSession } from '../../server/contract/sharing.ts'

/** An event as a page has it: what is empty is left out. */
export interface ShownEvent {
  seq: number
  at: string | null
  kind: EventKind
  branch: number
  text?: string
  tool?: { name: string; summary: string; input: unknown; resultSeq: number | null; subagent: string | null }
  result?: {
    callSeq: number | null
    name: string | null
    isError: boolean
    exitCode: number | null
    images?: ImagePart[]
  }
  changes?: FileChange[]
  compaction?: CompactionMark
  model?: string
  contextUsed?: number
  recordKind?: string
  raw?: unknown
}

/** What a page replays. */
export interface ShownDocument {
  session: SharedSession
  range: { from: number; to: number } | null
  files: SharedFile[]
  events: ShownEvent[]
  subagents: { session: SharedSession; events: ShownEvent[] }[]
}

/** Reads the session out of the page that it came in. */
export async function readDocument(element: HTMLElement | null): Promise<ShownDocument> {
  const packed = atob(element?.textContent?.trim() ?? '')
  const bytes = Uint8Array.from(packed, (char) => char.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  // Written by the same program that made this script.
  return (await new Response(stream).json()) as ShownDocument
}
