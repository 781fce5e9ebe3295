import type { z } from 'zod'
import { ErrorReply } from '../contract/errors.ts'
import type { Route } from '../contract/route.ts'
import { CliError, EXIT_CODES } from './exit-codes.ts'
import { noServer, type Server } from './find-server.ts'

type NoKeys = Record<never, never>

type Part<Name extends string, Schema extends z.ZodType> =
  NoKeys extends z.input<Schema> ? Partial<Record<Name, z.input<Schema>>> : Record<Name, z.input<Schema>>

/** What a route needs: parts that have no required key may be left out. */
export type CallInput<R extends Route> = Part<'params', R['params']> &
  Part<'query', R['query']> &
  Part<'body', R['body']>

/** What a route answers. */
export type ReplyOf<R extends Route> = z.output<R['reply']>

type CallArguments<R extends Route> = NoKeys extends CallInput<R> ? [input?: CallInput<R>] : [input: CallInput<R>]

/** Calls a route of the running server and returns its reply; throws a CliError with the server's sentence. */
export type Call = <R extends Route>(route: R, ...[input]: CallArguments<R>) => Promise<ReplyOf<R>>

/** The one way in which commands reach the server. */
export function callsTo(server: Server): Call {
  return async function call<R extends Route>(route: R, ...[input]: CallArguments<R>): Promise<ReplyOf<R>> {
    const given: { params?: unknown; query?: unknown; body?: unknown } = input ?? {}
    const response = await request(server, addressOf(route, given.params, given.query), {
      method: route.method,
      ...(given.body === undefined
        ? {}
        : { body: JSON.stringify(given.body), headers: { 'content-type': 'application/json' } }),
    })
    const reply: unknown = await response.json().catch(() => undefined)
    return (route.trustReply ? reply : route.reply.parse(reply)) as ReplyOf<R>
  }
}

/** Asks for an address and returns an answer that is not an error. */
export async function request(server: Server, address: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(server.origin + address, {
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${server.token}` },
  }).catch((cause: unknown) => {
    if (isRefused(cause)) throw noServer(server.dataDir, { cause })
    throw new CliError(
      EXIT_CODES.failed,
      'Lossless stopped while it was asked. Start it again and repeat the command.',
      {
        cause,
      },
    )
  })
  // The note in the data folder was left by a server that was killed, and another program has its port now.
  if (response.status === 401) throw noServer(server.dataDir)
  if (!response.ok) throw await toCliError(response)
  return response
}

/** The address of a route with its params and query filled in. */
export function addressOf(route: Pick<Route, 'path'>, params: unknown, query: unknown): string {
  const values = textValues(params)
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values.get(name) ?? ''))
  const search = new URLSearchParams([...textValues(query)]).toString()
  return search === '' ? path : `${path}?${search}`
}

function textValues(record: unknown): Map<string, string> {
  const values = new Map<string, string>()
  if (typeof record !== 'object' || record === null) return values
  for (const [key, value] of Object.entries(record)) {
    if (value !== undefined && value !== null) values.set(key, String(value))
  }
  return values
}

async function toCliError(response: Response): Promise<CliError> {
  const known = ErrorReply.safeParse(await response.json().catch(() => undefined))
  if (known.success) return new CliError(EXIT_CODES.failed, known.data.message)
  return new CliError(EXIT_CODES.failed, `Lossless answered ${response.status} without a reason.`)
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}
