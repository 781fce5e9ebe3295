/* eslint-disable svelte/prefer-svelte-reactivity -- caches that nothing watches */
import { ApiError } from '../../api/call.ts'
import { LatestLoader } from './latest-loader.ts'
import type { CodeDiffReply, CodeFileReply, CodeList, ReplayApi } from './replay-api.ts'
import type { CodeMode } from './replay-url.ts'

const KEPT_FILES = 80
const KEPT_LISTS = 40

/** What is asked of the server about files at a moment. */
export type CodeApi = Pick<ReplayApi, 'getCode' | 'getCodeFile' | 'getCodeDiff'>

/** The opened file at a moment. `file` is null when nothing is known of it then. */
export interface OpenFile {
  path: string
  at: number
  mode: CodeMode
  file: CodeFileReply | null
  diff: CodeDiffReply | null
}

interface FileKey {
  path: string
  at: number
  mode: CodeMode
}

/** The files of the project at the moment that is shown, and the content of the opened one. */
export class CodeMoment {
  #api: CodeApi
  #startOf: (seq: number) => number
  #list = $state.raw<CodeList>()
  #open = $state.raw<OpenFile>()
  #listError = $state.raw<unknown>()
  #openError = $state.raw<unknown>()
  #lists = new Map<number, CodeList>()
  #files = new Map<string, OpenFile>()
  #listLoader: LatestLoader<number, CodeList>
  #fileLoader: LatestLoader<FileKey, OpenFile>

  /** `startOf` gives the event that begins the step of an event: the call of a result. */
  constructor(api: CodeApi, startOf: (seq: number) => number) {
    this.#api = api
    this.#startOf = startOf
    this.#listLoader = new LatestLoader({
      load: (at, signal) => api.getCode(String(at), signal),
      onvalue: (list, at) => {
        keep(this.#lists, at, list, KEPT_LISTS)
        this.#showList(list)
      },
      onerror: (error) => (this.#listError = error),
    })
    this.#fileLoader = new LatestLoader({
      load: (key, signal) => this.#load(key, signal),
      onvalue: (open, key) => {
        keep(this.#files, nameOf(key), open, KEPT_FILES)
        this.#showFile(open)
      },
      onerror: (error) => (this.#openError = error),
      isSame: (a, b) => nameOf(a) === nameOf(b),
    })
  }

  /** The files at the last moment that an answer came for. */
  get list(): CodeList | undefined {
    return this.#list
  }

  get listError(): unknown {
    return this.#listError
  }

  /** The opened file at the last moment that an answer came for. */
  get open(): OpenFile | undefined {
    return this.#open
  }

  get openError(): unknown {
    return this.#openError
  }

  /** Shows the files right after an event. */
  wantList(at: number): void {
    const held = this.#lists.get(at)
    if (!held) return this.#listLoader.want(at)
    this.#listLoader.stop()
    this.#showList(held)
  }

  /** Shows a file right after an event; null shows none. */
  wantFile(path: string | null, at: number, mode: CodeMode): void {
    if (path === null) {
      this.#fileLoader.stop()
      this.#open = undefined
      return
    }
    const key = { path, at, mode }
    const held = this.#files.get(nameOf(key))
    if (!held) return this.#fileLoader.want(key)
    this.#fileLoader.stop()
    this.#showFile(held)
  }

  /** Forgets what was loaded: later events, or an earlier session read later, can change what is known. */
  forget(): void {
    this.#lists.clear()
    this.#files.clear()
  }

  close(): void {
    this.#listLoader.stop()
    this.#fileLoader.stop()
  }

  #showList(list: CodeList): void {
    this.#listError = undefined
    // An equal list keeps its identity, so that the tree is not built again for each frame of a drag.
    if (this.#list && haveSameFiles(this.#list, list)) return
    this.#list = list
  }

  #showFile(open: OpenFile): void {
    this.#openError = undefined
    this.#open = open
  }

  async #load(key: FileKey, signal: AbortSignal): Promise<OpenFile> {
    const file = await this.#loadFile(key, signal)
    const isCompared = key.mode === 'disk' || (key.mode !== 'content' && file?.changed)
    const diff = file && isCompared ? await this.#loadDiff(file, key, signal) : null
    return { ...key, file, diff }
  }

  async #loadDiff(file: CodeFileReply, { path, at, mode }: FileKey, signal: AbortSignal): Promise<CodeDiffReply> {
    const to = String(at)
    if (mode === 'disk') return this.#api.getCodeDiff({ path, from: to, to: 'disk' }, signal)
    const event = file.source.event
    if (mode === 'start' || event === undefined || event === 0) {
      return this.#api.getCodeDiff({ path, from: 'start', to }, signal)
    }
    const diff = await this.#api.getCodeDiff({ path, from: String(event - 1), to }, signal)
    const start = this.#startOf(event)
    // An event between the call and its result can carry a later time than the result, and count as after it.
    if (diff.before !== diff.after || start === 0 || start === event) return diff
    return this.#api.getCodeDiff({ path, from: String(start - 1), to }, signal)
  }

  async #loadFile(key: FileKey, signal: AbortSignal): Promise<CodeFileReply | null> {
    try {
      return await this.#api.getCodeFile(String(key.at), key.path, signal)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_found') return null
      throw error
    }
  }
}

function nameOf(key: FileKey): string {
  return `${key.mode} ${key.at} ${key.path}`
}

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, limit: number): void {
  map.delete(key)
  map.set(key, value)
  for (const old of map.keys()) {
    if (map.size <= limit) return
    map.delete(old)
  }
}

function haveSameFiles(a: CodeList, b: CodeList): boolean {
  if (a.files.length !== b.files.length) return false
  return a.files.every((file, index) => {
    const other = b.files[index]
    return (
      other !== undefined &&
      file.path === other.path &&
      file.sha256 === other.sha256 &&
      file.state === other.state &&
      file.confidence === other.confidence &&
      file.changed === other.changed &&
      file.source.event === other.source.event
    )
  })
}
