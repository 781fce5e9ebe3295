import type { z } from 'zod'
import { ErrorReply, type ErrorCode } from '../../server/contract/errors.ts'
import type { Route } from '../../server/contract/route.ts'

/** A request that failed. `offline` means that no answer came at all. */
export class ApiError extends Error {
  readonly code: ErrorCode | 'offline'

  constructor(code: ErrorCode | 'offline', message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ApiError'
    this.code = code
  }
}

type NoKeys = Record<never, never>

type Part<Name extends string, Schema extends z.ZodType> =
  NoKeys extends z.input<Schema> ? Partial<Record<Name, z.input<Schema>>> : Record<Name, z.input<Schema>>

/** What a route needs: parts that have no required key may be left out. */
export type CallInput<R extends Route> = Part<'params', R['params']> &
  Part<'query', R['query']> &
  Part<'body', R['body']> & { signal?: AbortSignal }

/** What a route answers. */
export type ReplyOf<R extends Route> = z.output<R['reply']>

type CallArguments<R extends Route> = NoKeys extends CallInput<R> ? [input?: CallInput<R>] : [input: CallInput<R>]

/** Calls a route of the contract and returns its reply; throws ApiError, or an AbortError when aborted. */
export async function call<R extends Route>(route: R, ...[input]: CallArguments<R>): Promise<ReplyOf<R>> {
  const given: { params?: unknown; query?: unknown; body?: unknown; signal?: AbortSignal } = input ?? {}
  return readReply(route, await request(route, given))
}

/** Calls a route that takes a file as it is. */
export async function sendFile<R extends Route>(
  route: R,
  file: Blob,
  input: Part<'query', R['query']> & { signal?: AbortSignal },
): Promise<ReplyOf<R>> {
  return readReply(route, await request(route, { ...input, file }))
}

async function readReply<R extends Route>(route: R, response: Response): Promise<ReplyOf<R>> {
  const reply = await readJson(response)
  if (!response.ok) throw toApiError(response, reply)
  // Pages of events are not checked again here: the route says that this costs too much.
  return (route.trustReply ? reply : route.reply.parse(reply)) as ReplyOf<R>
}

/** Calls a route that answers with a file. */
export async function callFile<R extends Route>(route: R, input: CallInput<R>): Promise<Blob> {
  const response = await request(route, input)
  if (!response.ok) throw toApiError(response, await readJson(response))
  return response.blob()
}

/** The address of a route with its params and query filled in. */
export function addressOf(route: Pick<Route, 'path'>, params: unknown, query: unknown): string {
  const values = textValues(params)
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values.get(name) ?? ''))
  const search = new URLSearchParams([...textValues(query)]).toString()
  return search ? `${path}?${search}` : path
}

function textValues(record: unknown): Map<string, string> {
  const values = new Map<string, string>()
  if (typeof record !== 'object' || record === null) return values
  for (const [key, value] of Object.entries(record)) {
    if (value !== undefined && value !== null) values.set(key, String(value))
  }
  return values
}

async function request(
  route: Route,
  input: { params?: unknown; query?: unknown; body?: unknown; file?: Blob; signal?: AbortSignal },
): Promise<Response> {
  const init: RequestInit = { method: route.method, credentials: 'same-origin' }
  if (input.signal) init.signal = input.signal
  if (input.file !== undefined) {
    init.body = input.file
    init.headers = { 'content-type': 'application/octet-stream' }
  }
  if (input.body !== undefined) {
    init.body = JSON.stringify(input.body)
    init.headers = { 'content-type': 'application/json' }
  }
  try {
    return await fetch(addressOf(route, input.params, input.query), init)
  } catch (cause) {
    if (isAbort(cause)) throw cause
    throw new ApiError('offline', 'Lossless does not answer. Is it still running?', { cause })
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (cause) {
    if (isAbort(cause)) throw cause
    return undefined
  }
}

function toApiError(response: Response, reply: unknown): ApiError {
  const known = ErrorReply.safeParse(reply)
  if (known.success) return new ApiError(known.data.code, known.data.message)
  return new ApiError('internal', `The server answered ${response.status} without a reason.`)
}

/** What to tell a person of something that failed, where a whole error state would be too much. */
export function sentenceOf(error: unknown): string {
  return error instanceof ApiError ? error.message : 'Lossless made a mistake. The log of the server says more.'
}

/** True for the error that an aborted request throws; it is never shown. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}
