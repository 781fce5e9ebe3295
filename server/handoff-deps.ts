import type { CodeReader } from '../db/stores/code-reader.ts'
import { ForkError, type Host, type Turn } from './adapters/adapter.ts'
import { adapters } from './adapters/registry.ts'
import { AppError } from './errors.ts'
import type { Composer, HandoffDeps } from './handoffs/routes.ts'
import type { Ingest } from './ingest/ingest.ts'
import type { Outside } from './outside/outside.ts'

/** What handing off is made of. */
interface HandoffMaterial extends Pick<
  HandoffDeps,
  'sessions' | 'events' | 'bodies' | 'resolveMoment' | 'localPath' | 'countTokens'
> {
  code: CodeReader
  ingest: Ingest
  outside: Outside
  host: Host
}

/** Ties handing off together: here, as in deps.ts, adapters meet the feature. */
export function composeHandoffs(material: HandoffMaterial): HandoffDeps {
  const { code, ingest, host, ...rest } = material
  return {
    ...rest,
    labelOf: (agent) => adapterOf(agent)?.label ?? agent,
    composerOf: (agent) => composerOf(agent, host),
    resumeCommand: (agent, nativeId, cwd, file) => adapterOf(agent)?.resumeCommand?.(nativeId, cwd, host, file) ?? null,
    changedFiles: ({ key, seq }) =>
      code.filesAt({ session: key, seq }, []).flatMap(({ path, isChanged }) => (isChanged ? path : [])),
    maskTexts: (texts) => ingest.maskTexts(texts),
    keepNow: (paths) => ingest.keepNow(paths),
    now: Date.now,
  }
}

function composerOf(agent: string, host: Host): Composer | undefined {
  const composer = adapterOf(agent)?.composer
  if (!composer) return undefined
  return {
    idFrom: (seed) => composer.idFrom(seed),
    compose: (conversation) => {
      try {
        return composer.compose(
          { ...conversation, turns: conversation.turns satisfies readonly [Turn, ...Turn[]] },
          host,
        )
      } catch (error) {
        throw error instanceof ForkError ? new AppError('bad_request', error.message, { cause: error }) : error
      }
    },
  }
}

function adapterOf(agent: string) {
  return adapters.find(({ id }) => id === agent)
}
