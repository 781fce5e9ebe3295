import { allRoutes } from '../contract/all-routes.ts'

/** What stands for the parameters of routes. */
export interface WalkedWorld {
  sessionId: string
  /** The session's project. */
  project: string
  /** Of files that the session wrote. */
  paths: string[]
  /** Ids of things that are there; a route whose parameter is not named here makes the walk fail. */
  ids: Record<string, string | number>
}

const LARGEST_PAGE = 500
/** Queries without which a route answers nothing. */
const QUERIES: Record<string, (path: string, world: WalkedWorld) => string> = {
  '/api/projects/timeline': (_, { project }) => `path=${encodeURIComponent(project)}`,
  '/api/sessions/:sessionId/code/file': (path) => `path=${encodeURIComponent(path)}`,
  '/api/sessions/:sessionId/code/diff': (path) => `path=${encodeURIComponent(path)}&from=start`,
  '/api/sessions/:sessionId/find': () => 'q=e',
}

/**
 * What every GET route answers about a world, all pages of it, and every event by itself. Throws when one does not answer
 * with 2xx: an error would hide what it shows.
 */
export async function everyAnswer(
  get: (url: string) => Promise<{ statusCode: number; body: string }>,
  world: WalkedWorld,
): Promise<{ url: string; body: string }[]> {
  const answers: { url: string; body: string }[] = []
  const ask = async (url: string) => {
    const { statusCode, body } = await get(url)
    if (statusCode < 200 || statusCode > 299) throw new Error(`${url} answered ${statusCode}: ${body.slice(0, 300)}`)
    answers.push({ url, body })
    return body
  }
  for (const { method, path } of allRoutes) {
    if (method !== 'GET' || path.includes(':seq')) continue
    for (const url of urlsOf(path, world)) await askAll(url, ask)
  }
  const events = answers.filter(({ url }) => url.startsWith(`${urlOf('/api/sessions/:sessionId/events', world)}?`))
  for (const { body } of events) {
    const { items } = JSON.parse(body) as { items: { seq: number }[] }
    for (const { seq } of items) {
      for (const { path } of allRoutes.filter(({ method, path }) => method === 'GET' && path.includes(':seq')))
        await ask(urlOf(path, { ...world, ids: { ...world.ids, seq } }))
    }
  }
  return answers
}

/** All pages: an answer that says where the next one begins is asked for it. */
async function askAll(url: string, ask: (url: string) => Promise<string>): Promise<void> {
  const joint = url.includes('?') ? '&' : '?'
  let answer = await ask(url)
  if (!answer.includes('"nextCursor":')) return
  answer = await ask(`${url}${joint}limit=${LARGEST_PAGE}`)
  for (let cursor = cursorOf(answer); cursor !== null; cursor = cursorOf(answer)) {
    const next = url.endsWith('/events') ? `after=${cursor}` : `cursor=${encodeURIComponent(cursor)}`
    answer = await ask(`${url}${joint}limit=${LARGEST_PAGE}&${next}`)
  }
}

function cursorOf(answer: string): string | null {
  const { nextCursor } = JSON.parse(answer) as { nextCursor?: string | null }
  return nextCursor ?? null
}

function urlsOf(path: string, world: WalkedWorld): string[] {
  const query = QUERIES[path]
  const url = urlOf(path, world)
  return query === undefined ? [url] : world.paths.map((one) => `${url}?${query(one, world)}`)
}

function urlOf(path: string, { sessionId, ids }: WalkedWorld): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = name === 'sessionId' ? sessionId : ids[name]
    if (value === undefined) throw new Error(`The walk over all answers knows no ${name}: name one in its world.`)
    return encodeURIComponent(String(value))
  })
}
