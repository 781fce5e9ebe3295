import helmet from '@fastify/helmet'
import websocket from '@fastify/websocket'
import fastify, { LogController, type FastifyBaseLogger, type FastifyError, type FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { compactionRoutes } from './compaction/routes.ts'
import type { ErrorReply } from './contract/errors.ts'
import type { Deps } from './deps.ts'
import { AppError } from './errors.ts'
import { forkRoutes } from './forks/routes.ts'
import { handoffRoutes } from './handoffs/routes.ts'
import { hookRoutes } from './hooks/routes.ts'
import { liveRoutes } from './live/routes.ts'
import { guard } from './plugins/guard.ts'
import { describeApi } from './plugins/openapi.ts'
import { serveWeb } from './plugins/static.ts'
import { projectRoutes } from './projects/routes.ts'
import { replayRoutes } from './replay/routes.ts'
import { redactionRoutes } from './redactions/routes.ts'
import { restoreRoutes } from './restore/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import { secretRoutes } from './secrets/routes.ts'
import { sharingRoutes } from './sharing/routes.ts'
import { warningRoutes } from './warnings/routes.ts'
import { snapshotRoutes } from './snapshots/routes.ts'

/** Builds the server with all its routes, not listening: what main serves and what tests ask. */
export async function buildApp(deps: Deps): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1_000_000,
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = describeError(error)
    if (answer.code === 'internal')
      request.log.error({ err: error, path: request.url.split('?')[0] }, 'a request failed')
    void reply.code(answer.status).send({ code: answer.code, message: answer.message } satisfies ErrorReply)
  })

  guard(app, deps.token)
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // CodeMirror and the diff view make their styles at run time.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        // Older Safari does not count its own WebSocket as 'self'.
        connectSrc: ["'self'", 'ws://127.0.0.1:*', 'ws://localhost:*'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })
  await app.register(websocket)
  await describeApi(app, deps.version)

  app.after(() => {
    liveRoutes(app, deps.live, deps.version)
    sessionRoutes(app, deps)
    replayRoutes(app, deps)
    projectRoutes(app, deps.projectViews)
    forkRoutes(app, deps.forks)
    handoffRoutes(app, deps.handoffs)
    compactionRoutes(app, deps)
    restoreRoutes(app, deps)
    settingsRoutes(app, deps)
    hookRoutes(app, deps)
    warningRoutes(app, deps)
    secretRoutes(app, deps)
    sharingRoutes(app, deps)
    redactionRoutes(app, deps)
    snapshotRoutes(app, deps)
  })
  await serveWeb(app, deps.webDir)
  return app
}

/** One table from whatever was thrown to what the client is told. */
function describeError(error: FastifyError): ErrorReply & { status: number } {
  if (error instanceof AppError) return { status: error.status, code: error.code, message: error.message }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const [first] = error.validation
    const where = first
      ? `${error.validationContext ?? 'request'}${first.instancePath.replaceAll('/', '.')}`
      : 'request'
    return {
      status: 400,
      code: 'bad_request',
      message: `The ${where} does not fit: ${first?.message ?? 'unknown reason'}.`,
    }
  }
  if (error.statusCode === 413) return { status: 413, code: 'too_large', message: 'The request is too large.' }
  if (error.statusCode && error.statusCode >= 400 && error.statusCode < 500) {
    return { status: 400, code: 'bad_request', message: `The request could not be read: ${error.message}.` }
  }
  return {
    status: 500,
    code: 'internal',
    message: 'Something went wrong in Lossless. Nothing that was kept is touched; the log says more.',
  }
}
