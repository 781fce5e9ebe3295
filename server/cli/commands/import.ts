import { openAsBlob } from 'node:fs'
import { basename, resolve } from 'node:path'
import { importBundle as importRoute } from '../../contract/sharing.ts'
import { addressOf, request } from '../call.ts'
import { argument, show, type CliCommand } from '../command.ts'
import { CliError, EXIT_CODES } from '../exit-codes.ts'

/** `lossless import`: takes in a bundle that another Lossless exported. */
export const importBundle: CliCommand = {
  name: 'import',
  args: '<file>',
  about: 'take in a .lossless bundle; sessions that are here already are told and left alone',
  options: [],
  async run(context, given) {
    const path = resolve(argument(given, 0))
    const body = await bytesOf(path)
    const response = await request(context.server, addressOf(importRoute, {}, { name: basename(path) }), {
      method: importRoute.method,
      headers: { 'content-type': 'application/octet-stream' },
      body,
    })
    const reply = importRoute.reply.parse(await response.json())
    show(context, reply, () => {
      if (reply.import === null) return `Nothing was imported: ${reply.known.join(', ')} is here already.`
      return `Imported ${reply.import.sessions.join(', ')}.`
    })
    return EXIT_CODES.done
  },
}

/** Read from the disk while it is sent. Throws at once where there is no such file. */
async function bytesOf(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path)
  } catch (cause) {
    throw new CliError(EXIT_CODES.failed, `${path} could not be read. Is it there, and may you read it?`, { cause })
  }
}
