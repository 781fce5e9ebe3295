import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { addressOf, request } from '../call.ts'
import { exportSession as exportRoute, previewExport } from '../../contract/sharing.ts'
import {
  argument,
  countOption,
  isSet,
  listOption,
  show,
  textOption,
  type CliCommand,
  type Context,
} from '../command.ts'
import { CliError, EXIT_CODES } from '../exit-codes.ts'
import { findSession } from '../sessions.ts'
import { bytes } from '../tables.ts'

/** `lossless export`: a session's file as it was kept, without its secrets. */
export const exportSession: CliCommand = {
  name: 'export',
  args: '<session>',
  about: 'write a session’s file without its secrets, also when the file is gone',
  options: [
    ['--format <format>', 'jsonl: the agent’s own records (the only one so far)'],
    ['--generation <number>', 'the file before its n-th rewrite, instead of its longest state'],
    ['--keep <mark...>', 'secrets that stay, each by its mark or the tag in it'],
    ['--raw', 'the kept bytes as they are, with all secrets'],
    ['--out <file>', 'into a file instead of the standard output'],
  ],
  async run(context, given) {
    const format = textOption(given, 'format') ?? 'jsonl'
    if (format !== 'jsonl') throw new CliError(EXIT_CODES.usage, `--format must be jsonl, not “${format}”.`)
    const out = textOption(given, 'out')
    if (out === undefined && context.isJson) {
      throw new CliError(EXIT_CODES.usage, 'With --json the bytes need a place of their own: give --out.')
    }
    const { id } = await findSession(context.call, argument(given, 0))
    const generation = countOption(given, 'generation', 1)
    const response = isSet(given, 'raw')
      ? await rawBytes(context, id, generation)
      : await withoutSecrets(context, id, { generation, marks: listOption(given, 'keep') })
    const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>)
    if (out === undefined) {
      await pipeline(body, context.out, { end: false })
      return EXIT_CODES.done
    }
    const written = await writeWhole(body, resolve(out))
    show(context, { sessionId: id, ...written }, () => `Wrote ${written.path} (${bytes(written.bytes)}).`)
    return EXIT_CODES.done
  },
}

function rawBytes(context: Context, id: string, generation: number | undefined): Promise<Response> {
  const query = generation === undefined ? '' : `?generation=${generation}`
  return request(context.server, `/api/sessions/${encodeURIComponent(id)}/source${query}`)
}

async function withoutSecrets(
  context: Context,
  sessionId: string,
  { generation, marks }: { generation: number | undefined; marks: readonly string[] },
): Promise<Response> {
  const body = generation === undefined ? {} : { generation }
  const { secrets, refusal } = await context.call(previewExport, { params: { sessionId }, body })
  if (refusal !== null) throw new CliError(EXIT_CODES.failed, refusal)
  const keep = marks.map((mark) => {
    const found = secrets.find(({ placeholder }) => placeholder === mark || placeholder.endsWith(`:${mark}]`))
    if (found?.secretId == null)
      throw new CliError(EXIT_CODES.usage, `No secret of this session has the mark “${mark}”.`)
    return found.secretId
  })
  return request(context.server, addressOf(exportRoute, { sessionId }, {}), {
    method: exportRoute.method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, redactions: { keep } }),
  })
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
