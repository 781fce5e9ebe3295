/** Says in a sentence why the system refused to write; null for what is no refusal but a bug. */
export function reasonOf(error: unknown): string | null {
  switch (codeOf(error)) {
    case 'ENOSPC':
      return 'The disk is full. Free some space and try again.'
    case 'EDQUOT':
      return 'Your quota on this disk is used up. Free some space and try again.'
    case 'EROFS':
      return 'The folder is on a disk that can only be read.'
    case 'EACCES':
    case 'EPERM':
      return 'Writing there is not permitted. Check the rights of the file and its folder.'
    case 'EISDIR':
      return 'It is a folder, not a file.'
    case 'ENOTDIR':
    case 'EEXIST':
      return 'A file stands where a folder would be needed, or something came into its place just now.'
    case 'ELOOP':
      return 'It is a symbolic link. Lossless does not write through links.'
    case 'ENAMETOOLONG':
      return 'Its name is too long for this disk.'
    case 'EINVAL':
    case 'EILSEQ':
      return 'This disk does not allow such a name.'
    case 'EBUSY':
    case 'ETXTBSY':
      return 'Another program holds it open. Close that program and try again.'
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many files are open on this machine. Try again later.'
    case 'EIO':
      return 'The disk reported an error.'
    case 'ENOENT':
      return 'Its folder vanished just now. Try again.'
    default:
      return null
  }
}

/** The system's code of an error, empty when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** A file that cannot be written; `reason` is a sentence for the user. Nothing was changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly path: string
  readonly reason: string

  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path} was not written. ${reason}`, options)
    this.path = path
    this.reason = reason
  }
}

/** Gives an error of the system its sentence; what has none goes on as it is. */
export function refusalOf(path: string, error: unknown): unknown {
  if (error instanceof Refusal) return error
  const reason = reasonOf(error)
  return reason === null ? error : new Refusal(path, reason, { cause: error })
}
