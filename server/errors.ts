import type { ErrorCode } from './contract/errors.ts'

const STATUS: Record<ErrorCode, number> = {
  unauthorized: 401,
  forbidden_origin: 403,
  not_found: 404,
  bad_request: 400,
  conflict: 409,
  too_large: 413,
  unavailable: 503,
  internal: 500,
}

/** A request that cannot be answered, with a sentence for the person who made it. */
export class AppError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'AppError'
    this.code = code
  }

  get status(): number {
    return STATUS[this.code]
  }
}

/** The error for something that was asked for by id or path and is not here. */
export function notFound(what: string, name: string): AppError {
  return new AppError(
    'not_found',
    `There is no ${what} “${name}”. It may have another id now; the list shows what is here.`,
  )
}
