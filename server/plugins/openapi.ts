import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'

/** Describes every mounted route at `/api/openapi.json`, and as a page at `/api/docs`. Comes before the routes. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Lossless',
        version,
        description:
          'The API of your own Lossless. Every request needs the token of the data folder, as “Authorization: Bearer …” or as the cookie that the printed address sets. ' +
          'Lists are pages: send `nextCursor` back as `cursor` (events: as `after`). Live changes come over the WebSocket `/api/live`: each message has a `sequence`; connect with `?since=<sequence>` to get what was missed.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  })
  await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: false })
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger())
}
