import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline, Readable, Transform } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import type { Event } from '../contract/event.ts'
import { AppError } from '../errors.ts'
import { linesIn } from './lines-in.ts'

/** The viewer that goes into each page. */
export interface Viewer {
  script: string
  style: string
}

/** A string in what a tool was told is cut there: what was written into files stands in the code. */
const LONGEST_INPUT = 4000
const LONGEST_TEXT = 200_000
const OPENING = '<script id="session" type="application/gzip">'
const CLOSING = '</script>'

/** Reads the built viewer. Throws `unavailable` where the web app was not built. */
export async function readViewer(webDir: string): Promise<Viewer> {
  const read = (name: string) => readFile(join(webDir, 'standalone', name), 'utf8')
  try {
    const [script, style] = await Promise.all([read('viewer.js'), read('viewer.css')])
    return { script: script.replaceAll('</script', '<\\/script'), style: style.replaceAll('</style', '<\\/style') }
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'The page for replays is not built. Start Lossless with npm start, which builds it.',
      {
        cause,
      },
    )
  }
}

/** One page that needs nothing else and may ask nothing of any network: the viewer, and the session compressed in it. */
export async function* htmlParts(
  title: string,
  viewer: Viewer,
  document: AsyncIterable<string>,
): AsyncGenerator<string, void> {
  const hash = createHash('sha256').update(viewer.script).digest('base64')
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)} · Lossless</title>
<style>${viewer.style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page replays a session of a coding agent and needs JavaScript.</noscript>
`
  yield OPENING
  yield* compressed(document)
  yield `${CLOSING}\n<script>${viewer.script}</script>\n</body>\n</html>\n`
}

/** What a page shows of an event. */
export function shownEvent(event: Event): unknown {
  const { seq, at, kind, branch, text, tool, result, changes, compaction, model, contextUsed, recordKind, raw } = event
  return {
    ...{ seq, at, kind, branch },
    ...(text !== null && { text: shorter(text, LONGEST_TEXT) }),
    ...(tool !== null && { tool: { ...tool, input: shortened(tool.input) } }),
    ...(result !== null && {
      result: {
        ...{ callSeq: result.callSeq, name: result.name, isError: result.isError, exitCode: result.exitCode },
        ...(result.images.length > 0 && { images: result.images }),
      },
    }),
    ...(changes.length > 0 && { changes }),
    ...(compaction !== null && { compaction }),
    ...(model !== null && { model }),
    ...(contextUsed !== null && { contextUsed }),
    ...(kind === 'unknown' && { recordKind, raw: shortened(raw) }),
  }
}

/** The session's text in a finished page, as it was before it was compressed. */
export async function* documentIn(path: string): AsyncGenerator<Uint8Array, void> {
  const gunzip = createGunzip()
  for await (const line of linesIn(path)) {
    if (!line.startsWith(OPENING) || !line.endsWith(CLOSING)) continue
    gunzip.end(Buffer.from(line.slice(OPENING.length, -CLOSING.length), 'base64'))
    yield* gunzip
    return
  }
  throw new Error('The finished page holds no session.')
}

async function* compressed(parts: AsyncIterable<string>): AsyncGenerator<string, void> {
  // What goes wrong in a part ends the last stream, and so the loop.
  const encoded = pipeline(Readable.from(parts), createGzip({ level: 9 }), new Base64(), () => undefined)
  for await (const part of encoded) yield String(part)
}

/** Three bytes are four letters: what is left over of a part waits for the next one. */
class Base64 extends Transform {
  #left = Buffer.alloc(0)

  override _transform(part: Buffer, _encoding: BufferEncoding, done: (error: null, text: string) => void): void {
    const bytes = this.#left.length === 0 ? part : Buffer.concat([this.#left, part])
    const whole = bytes.length - (bytes.length % 3)
    this.#left = Buffer.from(bytes.subarray(whole))
    done(null, bytes.toString('base64', 0, whole))
  }

  override _flush(done: (error: null, text: string) => void): void {
    done(null, this.#left.toString('base64'))
  }
}

function shortened(value: unknown): unknown {
  if (typeof value === 'string') return shorter(value, LONGEST_INPUT)
  if (Array.isArray(value)) return value.map((item) => shortened(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortened(item)]))
}

function shorter(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
