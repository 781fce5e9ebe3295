import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser'
import type { Place } from './agents.ts'
import { isOwnCommand } from './command.ts'
import { insertJson, removeJson, replaceJson } from './json-edit.ts'

/** The settings cannot be changed; the message is a sentence. */
export class SettingsError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SettingsError'
  }
}

/** How a feature stands in a settings file. */
export type Standing =
  | { state: 'installed' | 'absent' | 'outdated' }
  /** Something of another program stands in its only place. */
  | { state: 'foreign'; command: string }

/**
 * The text of an agent's settings file, read and edited without touching what is not ours: order, comments, indentation
 * and entries of others stay as they are.
 */
export class SettingsText {
  readonly #mark: string
  #text: string
  #value: Record<string, unknown>

  /** Throws SettingsError when it is no JSON object. An empty file is an empty object. */
  constructor(text: string) {
    this.#mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
    const body = text.slice(this.#mark.length)
    this.#text = body.trim() === '' ? '{}\n' : body
    this.#value = parsed(this.#text)
  }

  get text(): string {
    return this.#mark + this.#text
  }

  /** True when the agent was told to run no hooks at all. */
  get hasHooksOff(): boolean {
    return this.#value['disableAllHooks'] === true
  }

  standing(place: Exclude<Place, { kind: 'none' }>, command: string): Standing {
    if (place.kind === 'status-line') return this.#standingOfLine(command)
    const own = this.#ownHooks(place.event)
    if (own.length === 0) return { state: 'absent' }
    const isRight = own.length === 1 && own[0] !== undefined && isAsWanted(own[0], place, command)
    return { state: isRight ? 'installed' : 'outdated' }
  }

  /** Puts a feature in, once, or replaces an outdated entry of ours. Throws SettingsError where others stand. */
  install(place: Exclude<Place, { kind: 'none' }>, command: string): void {
    const standing = this.standing(place, command)
    if (standing.state === 'installed') return
    if (standing.state === 'foreign') {
      throw new SettingsError(
        `Another status line stands there (${standing.command}). Lossless leaves it alone; take it out of the settings to have this one.`,
      )
    }
    if (place.kind === 'status-line') {
      const put = this.#value['statusLine'] === undefined ? insertJson : replaceJson
      return this.#edit(put(this.#text, ['statusLine'], { type: 'command', command }))
    }
    this.remove(place)
    const hook = { type: 'command', command, timeout: place.timeoutSeconds }
    const group = place.matcher === null ? { hooks: [hook] } : { matcher: place.matcher, hooks: [hook] }
    const groups = this.#groups(place.event)
    const path = ['hooks', place.event]
    if (this.#value['hooks'] === undefined) this.#edit(insertJson(this.#text, ['hooks'], { [place.event]: [group] }))
    else if (groups === undefined) this.#edit(insertJson(this.#text, path, [group]))
    else this.#edit(insertJson(this.#text, [...path, groups.length], group))
  }

  /** Takes out what is ours, and what was only there to hold it. */
  remove(place: Exclude<Place, { kind: 'none' }>): void {
    if (place.kind === 'status-line') {
      if (isOwnCommand(commandOf(this.#value['statusLine']))) this.#edit(removeJson(this.#text, ['statusLine']))
      return
    }
    const { event } = place
    const own = this.#ownHooks(event)
    // From the end, so that what is still to be taken out keeps its place.
    for (const { group, index } of own.toReversed()) {
      const isAlone = hooksOf(this.#groups(event)?.[group]).length === 1
      const path = ['hooks', event, group, ...(isAlone ? [] : ['hooks', index])]
      this.#edit(removeJson(this.#text, path))
    }
    if (own.length === 0) return
    if (this.#groups(event)?.length === 0) this.#edit(removeJson(this.#text, ['hooks', event]))
    if (Object.keys(shapeOf(this.#value['hooks'])).length === 0) this.#edit(removeJson(this.#text, ['hooks']))
  }

  #standingOfLine(command: string): Standing {
    const stated = this.#value['statusLine']
    if (stated === undefined || stated === null) return { state: 'absent' }
    const found = commandOf(stated)
    if (!isOwnCommand(found)) return { state: 'foreign', command: String(found ?? JSON.stringify(stated)) }
    return { state: found === command ? 'installed' : 'outdated' }
  }

  #ownHooks(event: string): OwnHook[] {
    return (this.#groups(event) ?? []).flatMap((group, groupIndex) =>
      hooksOf(group).flatMap((hook, index) =>
        isOwnCommand(commandOf(hook))
          ? [{ group: groupIndex, index, hook: shapeOf(hook), matcher: shapeOf(group)['matcher'] }]
          : [],
      ),
    )
  }

  #groups(event: string): unknown[] | undefined {
    const hooks = this.#value['hooks']
    if (hooks === undefined) return undefined
    if (!isShape(hooks)) throw new SettingsError('Its “hooks” are no object, so nothing can be put there.')
    const groups = hooks[event]
    if (groups === undefined) return undefined
    if (!Array.isArray(groups))
      throw new SettingsError(`Its hooks of ${event} are no list, so nothing can be put there.`)
    return groups
  }

  #edit(text: string): void {
    this.#text = text
    this.#value = parsed(text)
  }
}

interface OwnHook {
  group: number
  index: number
  hook: Record<string, unknown>
  matcher: unknown
}

function isAsWanted(own: OwnHook, place: Extract<Place, { kind: 'hook' }>, command: string): boolean {
  const matcher = own.matcher === undefined || own.matcher === '' ? null : own.matcher
  return own.hook['type'] === 'command' && own.hook['command'] === command && matcher === place.matcher
}

function parsed(text: string): Record<string, unknown> {
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  const [error] = errors
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length
    throw new SettingsError(
      `It is not valid JSON (line ${line}: ${printParseErrorCode(error.error)}), so it was left as it is. Mend it and try again.`,
    )
  }
  if (!isShape(value)) throw new SettingsError('It holds no JSON object, so it was left as it is.')
  return value
}

function hooksOf(group: unknown): unknown[] {
  const { hooks } = shapeOf(group)
  return Array.isArray(hooks) ? hooks : []
}

function commandOf(entry: unknown): unknown {
  return shapeOf(entry)['command']
}

function shapeOf(value: unknown): Record<string, unknown> {
  return isShape(value) ? value : {}
}

function isShape(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
