import type { ErrorCode } from '../../server/contract/errors.ts'

/** What a person reads when a request failed, and what they can do about it. */
export interface ErrorCopy {
  title: string
  advice: string
  /** False where trying the same again cannot help. */
  canRetry: boolean
}

/** One entry for each code that the API can answer, and `offline` for no answer at all. */
export const errorCopy: Record<ErrorCode | 'offline', ErrorCopy> = {
  unauthorized: {
    title: 'This browser is not signed in',
    advice: 'Open the address that Lossless printed when it started: it holds the key for this browser.',
    canRetry: false,
  },
  forbidden_origin: {
    title: 'This address is not allowed',
    advice: 'Open Lossless under the address that it printed when it started, on 127.0.0.1.',
    canRetry: false,
  },
  not_found: {
    title: 'Not found',
    advice: 'The address may be wrong, or what it names is gone from here.',
    canRetry: false,
  },
  bad_request: {
    title: 'The request was not understood',
    advice: 'Part of the address or of the input is not valid.',
    canRetry: false,
  },
  conflict: {
    title: 'Something else changed this meanwhile',
    advice: 'Load it again and repeat the change.',
    canRetry: true,
  },
  too_large: {
    title: 'Too large to show',
    advice: 'The content is kept in full, but it is too large for one answer.',
    canRetry: false,
  },
  unavailable: {
    title: 'Not ready yet',
    advice: 'Lossless is still reading. Try again in a moment.',
    canRetry: true,
  },
  internal: {
    title: 'Lossless made a mistake',
    advice: 'The log of the server says more. Your sessions are not affected.',
    canRetry: true,
  },
  offline: {
    title: 'Lossless does not answer',
    advice: 'Is it still running? Start it with npm start; this page connects again by itself.',
    canRetry: true,
  },
}
