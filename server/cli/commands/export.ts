import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { z } from 'zod'
import { addressOf, request } from '../call.ts'
import {
  ExportFormat,
  exportSession as exportRoute,
  previewExport,
  type ExportPreview,
  type ExportRange,
} from '../../contract/sharing.ts'
import {
  argument,
  countOption,
  isSet,
  listOption,
  show,
  textOption,
  type CliCommand,
  type Context,
  type Given,
} from '../command.ts'
import { CliError, EXIT_CODES } from '../exit-codes.ts'
import { findSession } from '../sessions.ts'
import { bytes } from '../tables.ts'

/** `lossless export`: a session as a file for others, without its secrets. */
export const exportSession: CliCommand = {
  name: 'export',
  args: '<session>',
  about: 'write a session as a file for others, without its secrets, also when the agent’s file is gone',
  options: [
    ['--format <format>', `${ExportFormat.options.join(', ')}; the agent’s own records unless told otherwise`],
    ['--range <a..b>', 'only these events, each by its number or id; an end may be left out'],
    ['--alone', 'without the records of its sub-agents, which make an archive of it'],
    ['--generation <number>', 'the file before its n-th rewrite, instead of its longest state'],
    ['--keep <mark...>', 'secrets that stay, each by its mark or the tag in it'],
    ['--personal', 'exchange user names, e-mail addresses and private hosts for pseudonyms too'],
    ['--raw', 'the kept bytes as they are, with all secrets'],
    ['--out <file>', 'into a file instead of the standard output'],
  ],
  async run(context, given) {
    const format = ExportFormat.safeParse(textOption(given, 'format') ?? 'jsonl')
    if (!format.success) {
      const known = ExportFormat.options.join(', ')
      throw new CliError(EXIT_CODES.usage, `--format must be one of ${known}, not “${textOption(given, 'format')}”.`)
    }
    const out = textOption(given, 'out')
    if (out === undefined && context.isJson) {
      throw new CliError(EXIT_CODES.usage, 'With --json the bytes need a place of their own: give --out.')
    }
    const range = rangeOption(given)
    const generation = countOption(given, 'generation', 1)
    const isRaw = isSet(given, 'raw')
    const personal = isSet(given, 'personal')
    if (isRaw && personal) {
      throw new CliError(EXIT_CODES.usage, '--raw gives the bytes as they are: leave out --raw or --personal.')
    }
    if (isRaw && (format.data !== 'jsonl' || range !== undefined)) {
      throw new CliError(EXIT_CODES.usage, 'With --raw only the whole of the agent’s own records can be written.')
    }
    const { id } = await findSession(context.call, argument(given, 0))
    const isAlone = isSet(given, 'alone')
    const choice = {
      format: format.data,
      isAlone,
      personal,
      ...(range && { range }),
      ...(generation !== undefined && { generation }),
    }
    const response = isRaw
      ? await rawBytes(context, id, generation)
      : await withoutSecrets(context, id, { choice, marks: listOption(given, 'keep') })
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>)
    if (out === undefined && response.headers.get('content-type') === 'application/zip') {
      body.destroy()
      throw new CliError(
        EXIT_CODES.usage,
        'The session has sub-agents, so this is an archive: name a file with --out, or give --alone for its own records.',
      )
    }
    if (out === undefined) {
      await pipeline(body, context.out, { end: false })
      return EXIT_CODES.done
    }
    const written = await writeWhole(body, resolve(out))
    show(context, { sessionId: id, ...written }, () => `Wrote ${written.path} (${bytes(written.bytes)}).`)
    return EXIT_CODES.done
  },
}

/** `a..b`, `a..`, `..b`, or one event. */
function rangeOption(given: Given): ExportRange | undefined {
  const text = textOption(given, 'range')
  if (text === undefined) return undefined
  const [from = '', to = from, ...rest] = text.split('..')
  if (rest.length > 0 || (from === '' && to === '')) {
    throw new CliError(EXIT_CODES.usage, `--range must be two events, as in 10..20, not “${text}”.`)
  }
  return { ...(from !== '' && { from: eventName(from) }), ...(to !== '' && { to: eventName(to) }) }
}

function eventName(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text
}

function rawBytes(context: Context, id: string, generation: number | undefined): Promise<Response> {
  const query = generation === undefined ? '' : `?generation=${generation}`
  return request(context.server, `/api/sessions/${encodeURIComponent(id)}/source${query}`)
}

/** What was looked at is what is written: both are one plan. With secrets that stay a second one is made. */
async function withoutSecrets(
  context: Context,
  sessionId: string,
  { choice, marks }: { choice: z.input<typeof previewExport.body>; marks: readonly string[] },
): Promise<Response> {
  const body = { ...choice, redactions: { keep: [] as number[] } }
  let preview = await context.call(previewExport, { params: { sessionId }, body })
  if (marks.length > 0) {
    body.redactions.keep = marks.map((mark) => secretOf(preview, mark))
    preview = await context.call(previewExport, { params: { sessionId }, body })
  }
  if (preview.refusal !== null) throw new CliError(EXIT_CODES.failed, preview.refusal)
  for (const { path, reason } of preview.leftOut) context.err.write(`Left out: ${path}. ${reason}\n`)
  return request(context.server, addressOf(exportRoute, { sessionId }, {}), {
    method: exportRoute.method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ plan: preview.plan }),
  })
}

function secretOf({ secrets }: ExportPreview, mark: string): number {
  const found = secrets.find(({ placeholder }) => placeholder === mark || placeholder.endsWith(`:${mark}]`))
  if (found) return found.secretId
  throw new CliError(EXIT_CODES.usage, `No secret of this session has the mark “${mark}”.`)
}

/** A file appears when it is whole, never before. */
async function writeWhole(body: Readable, path: string): Promise<{ path: string; bytes: number; sha256: string }> {
  const draft = `${path}.${process.pid}.part`
  const hash = createHash('sha256')
  let count = 0
  const counted = new Transform({
    transform(part: Buffer, _encoding, done) {
      hash.update(part)
      count += part.length
      done(null, part)
    },
  })
  try {
    await pipeline(body, counted, createWriteStream(draft, { mode: 0o600 }))
    await rename(draft, path)
  } catch (cause) {
    await rm(draft, { force: true })
    throw new CliError(EXIT_CODES.failed, `${path} could not be written: ${String(cause)}.`, { cause })
  }
  return { path, bytes: count, sha256: hash.digest('hex') }
}
