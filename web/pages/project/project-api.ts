import { getProjectTimeline, type ProjectTimeline } from '../../../server/contract/projects.ts'
import { getTimeline, type Timeline } from '../../../server/contract/sessions.ts'
import { call } from '../../api/call.ts'
import type { CodeApi } from '../replay/code-moment.svelte.ts'
import { Moments } from './moments.ts'

/** What the page asks the server about a project. An interface, so that tests can answer themselves. */
export interface ProjectApi {
  getProject(signal: AbortSignal): Promise<ProjectTimeline>
  /** What a session of it did after an event. */
  getGrowth(sessionId: string, after: number, signal: AbortSignal): Promise<Timeline>
  moments: Moments
  code: CodeApi
}

/** Binds the routes to the project in a folder. */
export function createProjectApi(path: string): ProjectApi {
  const moments = new Moments()
  return {
    getProject: (signal) => call(getProjectTimeline, { query: { path }, signal }),
    getGrowth: (sessionId, after, signal) => call(getTimeline, { params: { sessionId }, query: { after }, signal }),
    moments,
    code: moments.api,
  }
}
