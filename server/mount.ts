import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Route } from './contract/route.ts'
import { ErrorReply } from './contract/errors.ts'

interface Call<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  params: z.output<Params>
  query: z.output<Query>
  body: z.output<Body>
}

/** Serves a contract route: input is checked on the way in, and the reply on the way out unless the route trusts it. */
export function mount<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  app: FastifyInstance,
  route: Route<P, Q, B, R>,
  answer: (call: Call<P, Q, B>) => z.input<R> | Promise<z.input<R>>,
): void {
  const hasBody = route.method === 'POST' || route.method === 'PUT'
  app.route({
    method: route.method,
    url: route.path,
    schema: {
      summary: route.summary,
      tags: [route.area],
      params: route.params,
      querystring: route.query,
      // A request without a body says the same as one with an empty object.
      ...(hasBody ? { body: z.preprocess((given) => given ?? {}, route.body) } : {}),
      response: { 200: route.reply, default: ErrorReply },
    },
    ...(route.mostBytes === undefined ? {} : { bodyLimit: route.mostBytes }),
    ...(route.trustReply ? { serializerCompiler: () => (reply: unknown) => JSON.stringify(reply) } : {}),
    handler: async (request) =>
      answer({
        params: request.params as z.output<P>,
        query: request.query as z.output<Q>,
        body: request.body as z.output<B>,
      }),
  })
}
