import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'

/** Serves the built web app. Every address that is no file and no API route is one of its views. */
export async function serveWeb(app: FastifyInstance, webDir: string): Promise<void> {
  if (existsSync(webDir)) {
    await app.register(fastifyStatic, {
      root: webDir,
      index: ['index.html'],
      cacheControl: false,
      setHeaders: (reply, path) => {
        const isHashed = path.includes('/assets/')
        void reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  app.setNotFoundHandler((request, reply) => {
    // The query of a view may name a file (`?file=src/a.ts`); only the path says whether a file is asked for.
    const path = request.url.split('?')[0] ?? ''
    const isView = request.method === 'GET' && !path.startsWith('/api/') && !/\.\w+$/.test(path)
    if (isView && existsSync(webDir)) return reply.header('cache-control', 'no-cache').sendFile('index.html')
    throw new AppError('not_found', `There is nothing at “${request.method} ${path}”.`)
  })
}
