import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { exportSession, previewExport } from '../contract/sharing.ts'
import { mount } from '../mount.ts'
import type { Exports } from './exports.ts'

/** What the routes of this feature need. */
export interface SharingDeps {
  exports: Exports
}

/** Gives sessions away as files, after showing what is taken out of them. */
export function sharingRoutes(app: FastifyInstance, { exports }: SharingDeps): void {
  mount(app, previewExport, ({ params, body }) => exports.preview(params.sessionId, body))

  app.route<{ Params: { sessionId: string }; Body: z.output<typeof exportSession.body> }>({
    method: exportSession.method,
    url: exportSession.path,
    schema: {
      summary: exportSession.summary,
      tags: [exportSession.area],
      params: exportSession.params,
      body: z.preprocess((given) => given ?? {}, exportSession.body),
    },
    handler: async (request, reply) => {
      const { path, preview } = await exports.write(request.params.sessionId, request.body)
      const file = createReadStream(path)
      // The open file outlives its name: whatever becomes of the request, nothing stays behind.
      file.once('open', () => void rm(path, { force: true }))
      return reply
        .type('application/x-ndjson')
        .header('content-length', preview.bytes)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(preview.fileName)}`)
        .send(file)
    },
  })
}
