/** How a command ends. A test holds that the README says the same. */
export const EXIT_CODES = {
  /** Done, or nothing to do. */
  done: 0,
  /** Asked for and not possible: not found, damaged, a server that failed. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** No Lossless runs on the data folder. */
  noServer: 3,
  /** The plan holds refused files, or the question was answered with no: nothing was written. */
  refused: 4,
} as const

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

/** A command that ends early; the message is for the person who gave it. */
export class CliError extends Error {
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CliError'
    this.exitCode = exitCode
  }
}
