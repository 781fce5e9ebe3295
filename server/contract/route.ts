import { z } from 'zod'

/** The HTTP verbs that the API uses. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** One route as data: the server mounts it, web and command line call it, OpenAPI is made from it. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  method: Method
  /** Fastify's notation: `/api/sessions/:sessionId`. */
  path: string
  /** One plain sentence for the API page. */
  summary: string
  /** The heading on the API page under which the route stands. */
  area: string
  params: Params
  query: Query
  body: Body
  reply: Reply
  /** True where a reply is too large to be validated each time (pages of events). */
  trustReply: boolean
  /** How large a body may be, where the usual limit of a megabyte is too small. */
  mostBytes: number | undefined
}

interface RouteInput<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Reply extends z.ZodType,
> {
  method: Method
  path: string
  summary: string
  area: string
  params?: Params
  query?: Query
  body?: Body
  reply: Reply
  trustReply?: boolean
  mostBytes?: number
}

const Nothing = z.object({})

/** Declares a route. What is left out of `params`, `query` and `body` is an empty object. */
export function defineRoute<
  Reply extends z.ZodType,
  Params extends z.ZodType = typeof Nothing,
  Query extends z.ZodType = typeof Nothing,
  Body extends z.ZodType = typeof Nothing,
>(input: RouteInput<Params, Query, Body, Reply>): Route<Params, Query, Body, Reply> {
  return {
    method: input.method,
    path: input.path,
    summary: input.summary,
    area: input.area,
    params: (input.params ?? Nothing) as Params,
    query: (input.query ?? Nothing) as Query,
    body: (input.body ?? Nothing) as Body,
    reply: input.reply,
    trustReply: input.trustReply ?? false,
    mostBytes: input.mostBytes,
  }
}

/** A page of a list: `nextCursor` is null on the last page, else goes back as `cursor` unchanged. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
