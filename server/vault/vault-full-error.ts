/** The disk has no room for further bytes. Everything kept before is safe, and keeping again later goes on from there. */
export class VaultFullError extends Error {
  override readonly name = 'VaultFullError'

  constructor(path: string, cause: unknown) {
    super(`The bytes of ${path} could not be kept, because the disk is full. Free some space; keeping then goes on.`, {
      cause,
    })
  }
}
