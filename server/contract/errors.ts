import { z } from 'zod'

/** Every way in which a request can fail. A new code needs its status in server/errors.ts and its sentence in web/copy/errors.ts. */
export const ErrorCode = z.enum([
  'unauthorized',
  'forbidden_origin',
  'not_found',
  'bad_request',
  'conflict',
  'too_large',
  'unavailable',
  'internal',
])
export type ErrorCode = z.infer<typeof ErrorCode>

/** The one shape of an error reply. `message` is a sentence: what was tried, and what to do. */
export const ErrorReply = z.object({ code: ErrorCode, message: z.string() })
export type ErrorReply = z.infer<typeof ErrorReply>
