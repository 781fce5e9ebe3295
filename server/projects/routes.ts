import type { FastifyInstance } from 'fastify'
import type { ProjectStore } from '../../db/stores/project-store.ts'
import { getProjectTimeline, listProjects } from '../contract/projects.ts'
import { notFound } from '../errors.ts'
import { mount } from '../mount.ts'
import { foldersOf, projectsOf } from './projects.ts'
import { timelineOf } from './timeline.ts'

/** What the routes of this feature need. */
export interface ProjectDeps {
  projects: ProjectStore
  isLive(sessionId: string): boolean
  /** Where a folder is now, by the path mappings. */
  localPath(path: string): string
}

/** Lists projects, and shows all sessions of one in one order of time. */
export function projectRoutes(app: FastifyInstance, deps: ProjectDeps): void {
  const { projects, localPath } = deps

  mount(app, listProjects, () => ({ items: projectsOf(projects.countByFolder(), localPath) }))

  mount(app, getProjectTimeline, ({ query }) => {
    const project = foldersOf(query.path, projects.countByFolder(), localPath)
    if (project.folders.length === 0) throw notFound('project', query.path)
    return timelineOf(deps, project)
  })
}
