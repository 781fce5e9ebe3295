import { hash } from 'node:crypto'
import { lstat, readFile, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PlannedFile } from '../contract/change.ts'
import type { HookAgent, HookFeature, HookState } from '../contract/hooks.ts'
import type { Outside } from '../outside/outside.ts'
import { FEATURES, HOOKED_AGENTS, hookedAgent, type HookedAgent, type HookHost, type Place } from './agents.ts'
import { commandFor, type CommandParts } from './command.ts'
import { SettingsError, SettingsText } from './settings-text.ts'

/** What changing agents' settings works with. */
export interface HooksParts {
  host: HookHost
  command: CommandParts
  outside: Pick<Outside, 'plan' | 'apply'>
  /** Names the moment before settings are changed. */
  snapshot(cause: string): Promise<unknown>
}

/** What a change of settings would do, or did. */
export interface HookChange {
  files: PlannedFile[]
  applied: boolean
  changeId: number | null
}

/** A settings file as it was read. `path` is where it really lies: settings are often links into a folder of dotfiles. */
interface Read {
  path: string
  bytes: Buffer | null
}

/** Puts our hooks into agents' settings and takes them out, as small edits that leave everything else as it is. */
export class Hooks {
  readonly #parts: HooksParts

  constructor(parts: HooksParts) {
    this.#parts = parts
  }

  async list(): Promise<HookState[]> {
    return Promise.all(HOOKED_AGENTS.map((agent) => this.#describe(agent)))
  }

  /** True when a guard stands in the settings of an agent. */
  async hasGuard(): Promise<boolean> {
    return (await this.list()).some(({ features }) =>
      features.some(({ feature, state }) => feature.startsWith('guard') && state === 'installed'),
    )
  }

  /** Makes the settings of an agent hold exactly these features of ours, or says what that would change. */
  async put(id: HookAgent, features: readonly HookFeature[], { dryRun }: { dryRun: boolean }): Promise<HookChange> {
    const agent = hookedAgent(id)
    const stated = agent.settingsPath(this.#parts.host)
    try {
      if (features.length > 0 && !(await isFolder(dirname(stated)))) {
        throw new SettingsError(
          `There is no folder ${dirname(stated)}: ${agent.label} was not used here yet. Start it once.`,
        )
      }
      const read = await readSettings(stated)
      const text = this.#edited(agent, features, read)
      if (text === null) return { files: [], applied: !dryRun, changeId: null }
      return await this.#write(agent, { read, text, dryRun })
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      const size = await stat(stated).then(
        (found) => found.size,
        () => null,
      )
      return refused(stated, size, error.message)
    }
  }

  /** Null where there is no file and none is needed. */
  #edited(agent: HookedAgent, features: readonly HookFeature[], read: Read): string | null {
    if (read.bytes === null && features.length === 0) return null
    const settings = new SettingsText(read.bytes?.toString('utf8') ?? '')
    for (const feature of featuresOf(agent)) {
      const place = agent.places[feature]
      if (place.kind === 'none') {
        if (features.includes(feature)) throw new SettingsError(place.reason)
      } else if (features.includes(feature)) settings.install(place, this.#commandOf(agent, place))
      else settings.remove(place)
    }
    return settings.text
  }

  async #write(
    agent: HookedAgent,
    { read, text, dryRun }: { read: Read; text: string; dryRun: boolean },
  ): Promise<HookChange> {
    const { path, bytes } = read
    const write = {
      path,
      root: dirname(path),
      content: { bytes: Buffer.from(text) },
      onlyIf: bytes === null ? null : hash('sha256', bytes),
    }
    const { outside, snapshot } = this.#parts
    if (dryRun) return { files: await outside.plan([write]), applied: false, changeId: null }
    const planned = await outside.plan([write])
    if (planned.every((file) => file.action === 'create' || file.action === 'replace')) {
      await snapshot(`The hooks of ${agent.label} are changed.`)
    }
    return outside.apply({ kind: 'hooks', title: `Hooks of ${agent.label}`, writes: [write] })
  }

  async #describe(agent: HookedAgent): Promise<HookState> {
    const path = agent.settingsPath(this.#parts.host)
    const isHere = await isFolder(dirname(path))
    const { settings, problem } = await readText(path)
    return {
      agent: agent.id,
      label: agent.label,
      path,
      isHere,
      note: problem ?? (settings?.hasHooksOff ? 'These settings say that no hooks run (disableAllHooks).' : agent.note),
      features: featuresOf(agent).map((feature) => ({
        feature,
        ...FEATURES[feature],
        ...this.#stateOf(agent, agent.places[feature], settings),
      })),
    }
  }

  #stateOf(
    agent: HookedAgent,
    place: Place,
    settings: SettingsText | null,
  ): Pick<HookState['features'][number], 'state' | 'note'> {
    if (place.kind === 'none') return { state: 'unsupported', note: place.reason }
    if (settings === null) return { state: 'absent', note: null }
    try {
      const standing = settings.standing(place, this.#commandOf(agent, place))
      switch (standing.state) {
        case 'foreign':
          return { state: 'foreign', note: `Another status line stands there: ${standing.command}` }
        case 'outdated':
          return {
            state: 'outdated',
            note: 'It calls a Lossless at another place, or with other data. Installing it again mends it.',
          }
        case 'installed':
        case 'absent':
          return { state: standing.state, note: null }
      }
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      return { state: 'foreign', note: error.message }
    }
  }

  #commandOf(agent: HookedAgent, place: Exclude<Place, { kind: 'none' }>): string {
    return commandFor(place.kind === 'hook' ? 'hook' : 'statusline', agent.id, this.#parts.command)
  }
}

function featuresOf(agent: HookedAgent): HookFeature[] {
  return Object.keys(agent.places) as HookFeature[]
}

async function readSettings(stated: string): Promise<Read> {
  const isLink = await lstat(stated).then(
    (found) => found.isSymbolicLink(),
    () => false,
  )
  const path = isLink ? await realpath(stated).catch(() => stated) : stated
  try {
    return { path, bytes: await readFile(path) }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { path, bytes: null }
    throw new SettingsError(`It cannot be read (${error instanceof Error ? error.message : String(error)}).`)
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}

async function readText(path: string): Promise<{ settings: SettingsText | null; problem: string | null }> {
  try {
    const { bytes } = await readSettings(path)
    return { settings: bytes === null ? null : new SettingsText(bytes.toString('utf8')), problem: null }
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return { settings: null, problem: error.message }
  }
}

function refused(path: string, bytesBefore: number | null, reason: string): HookChange {
  const file: PlannedFile = { path, action: 'refused', reason, bytesBefore, bytesAfter: null, patch: null }
  return { files: [file], applied: false, changeId: null }
}
