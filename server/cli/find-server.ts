import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CliError, EXIT_CODES } from './exit-codes.ts'

/** Where a running server is asked, and the token it wants. */
export interface Server {
  origin: string
  token: string
  dataDir: string
}

const Instance = z.object({ pid: z.number().int(), url: z.url() })

/**
 * Finds the server by the note that it keeps in its data folder while it listens. Throws a CliError that says how to
 * start one when there is no note; whether the noted one still runs shows with the first request.
 */
export function findServer(dataDir: string): Server {
  const instance = readInstance(join(dataDir, 'instance.json'))
  const url = instance === undefined ? undefined : new URL(instance.url)
  const token = url?.searchParams.get('token')
  if (url?.hostname !== '127.0.0.1' || !token) throw noServer(dataDir)
  return { origin: url.origin, token, dataDir }
}

/** The error for a data folder on which no server runs. */
export function noServer(dataDir: string, options?: ErrorOptions): CliError {
  return new CliError(
    EXIT_CODES.noServer,
    `No Lossless runs on the data folder ${dataDir}. Start it with “lossless serve” (or npm start), or name another folder with --data.`,
    options,
  )
}

function readInstance(file: string): z.infer<typeof Instance> | undefined {
  try {
    return Instance.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}
