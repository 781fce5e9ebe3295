import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { exportSession, importBundle, listImports, previewExport, removeImport } from '../contract/sharing.ts'
import type { Route } from '../contract/route.ts'
import { AppError } from '../errors.ts'
import { mount } from '../mount.ts'
import type { Exports, Waiting } from './exports.ts'
import type { Imports } from './imports.ts'

/** What the routes of this feature need. */
export interface SharingDeps {
  exports: Exports
  imports: Imports
  /** Tells browsers how far an export is that somebody waits for. */
  tellProgress(ticket: string, done: number, total: number): void
}

/** A bundle comes as it is, without a limit but the one that reading it sets. */
const MOST_BODY = 1024 * 1024 * 1024
/** Milliseconds between two tellings. */
const TELL_EVERY = 100

interface SessionRequest<Body extends z.ZodType> {
  Params: { sessionId: string }
  Body: z.output<Body>
}

/** Gives sessions away as files, after showing what is taken out of them, and takes in what others gave away. */
export function sharingRoutes(app: FastifyInstance, { exports, imports, tellProgress }: SharingDeps): void {
  app.route<SessionRequest<typeof previewExport.body>>({
    ...described(previewExport),
    schema: { ...described(previewExport).schema, response: { 200: previewExport.reply } },
    handler: async (request, reply) => {
      const { ticket, ...choice } = request.body
      const waiting = waitingFor(reply, (done, total) => ticket !== undefined && tellProgress(ticket, done, total))
      return unlessLeft(waiting, exports.preview(request.params.sessionId, choice, waiting))
    },
  })

  app.route<SessionRequest<typeof exportSession.body>>({
    ...described(exportSession),
    handler: async (request, reply) => {
      const waiting = waitingFor(reply, () => undefined)
      const made = await unlessLeft(waiting, exports.finish(request.params.sessionId, request.body, waiting))
      const file = await open(made.path)
      // The open file outlives its name: whatever becomes of the request, nothing stays behind.
      await made.release()
      return reply
        .type(made.type)
        .header('content-length', made.preview.bytes)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(made.preview.fileName)}`)
        .send(file.createReadStream())
    },
  })

  mount(app, listImports, () => ({ items: imports.list() }))
  mount(app, removeImport, async ({ params }) => {
    await imports.remove(params.importId)
    return { removed: true }
  })

  void app.register((scope, _options, done) => {
    scope.addContentTypeParser('application/octet-stream', (_request, payload, parsed) => parsed(null, payload))
    scope.route<{ Querystring: z.output<typeof importBundle.query> }>({
      method: importBundle.method,
      url: importBundle.path,
      bodyLimit: MOST_BODY,
      schema: {
        summary: importBundle.summary,
        tags: [importBundle.area],
        querystring: importBundle.query,
        response: { 200: importBundle.reply },
      },
      handler: async (request, reply) => {
        const waiting = waitingFor(reply, () => undefined)
        return unlessLeft(waiting, imports.take(streamOf(request), request.query.name ?? null, waiting.signal))
      },
    })
    done()
  })
}

function described(route: Route) {
  return {
    method: route.method,
    url: route.path,
    schema: {
      summary: route.summary,
      tags: [route.area],
      params: route.params,
      body: z.preprocess((given) => given ?? {}, route.body),
    },
  }
}

function streamOf(request: FastifyRequest): Readable {
  const { body } = request
  if (typeof body === 'object' && body !== null && 'pipe' in body) return body as Readable
  throw new AppError('bad_request', 'A bundle is sent as it is, with the content type application/octet-stream.')
}

/** Work for somebody who may go away, which ends it. */
function waitingFor(reply: FastifyReply, tell: (done: number, total: number) => unknown): Waiting {
  const abort = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abort.abort()
  })
  let told = 0
  return {
    signal: abort.signal,
    onProgress(done, total) {
      const now = performance.now()
      if (now - told < TELL_EVERY && done < total) return
      told = now
      tell(done, total)
    },
  }
}

async function unlessLeft<Result>({ signal }: Waiting, work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    // Nobody hears it, and it is no trouble.
    if (signal.aborted) throw new AppError('unavailable', 'The request was given up.', { cause: error })
    throw error
  }
}
