import { LiveMessage } from '../../server/contract/live.ts'

export type LiveKind = LiveMessage['kind']
export type LiveMessageOf<Kind extends LiveKind> = Extract<LiveMessage, { kind: Kind }>

/** `connecting` until the first `hello`, `lost` while waiting to try again. */
export type LiveState = 'connecting' | 'open' | 'lost'

interface LiveOptions {
  /** Address of the socket without query, e.g. `ws://127.0.0.1:4177/api/live`. */
  address: string
  /** Replaced in tests. */
  open?: (address: string) => WebSocket
}

const firstDelayMs = 250
const longestDelayMs = 8_000
const longestPatienceMs = 400

/**
 * The connection over which the server says what changed. It connects again by itself and asks for what it missed;
 * where that is no longer held, `onStale` tells the page to read everything again.
 */
export class LiveClient {
  #address: string
  #open: (address: string) => WebSocket
  #socket: WebSocket | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #delay = firstDelayMs
  #sequence: number | undefined
  #state: LiveState = 'connecting'
  #listeners = new Map<LiveKind, Set<(message: never) => void>>()
  #staleListeners = new Set<() => void>()
  #stateListeners = new Set<(state: LiveState) => void>()

  constructor(options: LiveOptions) {
    this.#address = options.address
    this.#open = options.open ?? ((address) => new WebSocket(address))
  }

  get state(): LiveState {
    return this.#state
  }

  connect(): void {
    if (this.#socket) return
    const since = this.#sequence === undefined ? '' : `?since=${this.#sequence}`
    const socket = this.#open(this.#address + since)
    this.#socket = socket
    socket.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data))
    socket.addEventListener('close', () => this.#lose(socket))
  }

  /**
   * Resolves once it is known whether there is a connection, after a short while at the latest. What is read from then
   * on need not be read again when the connection stands.
   */
  ready(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, longestPatienceMs)
      const stop = this.onState((state) => {
        if (state === 'connecting') return
        clearTimeout(timer)
        resolve()
        queueMicrotask(() => stop())
      })
    })
  }

  close(): void {
    clearTimeout(this.#timer)
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
  }

  /** Calls `fn` for each message of a kind; returns the function that stops it. */
  subscribe<Kind extends LiveKind>(kind: Kind, fn: (message: LiveMessageOf<Kind>) => void): () => void {
    const group = this.#listeners.get(kind) ?? new Set()
    this.#listeners.set(kind, group)
    group.add(fn)
    return () => void group.delete(fn)
  }

  /** Calls `fn` when what was read before may be out of date and no message will say how. */
  onStale(fn: () => void): () => void {
    this.#staleListeners.add(fn)
    return () => void this.#staleListeners.delete(fn)
  }

  /** Calls `fn` now and whenever the connection comes or goes. */
  onState(fn: (state: LiveState) => void): () => void {
    this.#stateListeners.add(fn)
    fn(this.#state)
    return () => void this.#stateListeners.delete(fn)
  }

  #receive(text: unknown): void {
    const message = parseMessage(text)
    if (!message) return
    if (message.kind === 'hello') this.#welcome(message.sequence)
    else this.#sequence = Math.max(this.#sequence ?? 0, message.sequence)
    if (message.kind === 'reset') {
      this.#sequence = message.sequence
      for (const fn of this.#staleListeners) fn()
    }
    for (const fn of this.#listeners.get(message.kind) ?? []) fn(message as never)
  }

  /** The first connection cannot ask for what came between a page's first read and itself, so that read is stale. */
  #welcome(sequence: number): void {
    const isFirst = this.#sequence === undefined
    this.#delay = firstDelayMs
    this.#sequence ??= sequence
    this.#setState('open')
    if (isFirst) for (const fn of this.#staleListeners) fn()
  }

  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return
    this.#socket = undefined
    this.#setState('lost')
    const wait = this.#delay * (0.75 + Math.random() / 2)
    this.#delay = Math.min(this.#delay * 2, longestDelayMs)
    this.#timer = setTimeout(() => this.connect(), wait)
  }

  #setState(state: LiveState): void {
    if (this.#state === state) return
    this.#state = state
    for (const fn of this.#stateListeners) fn(state)
  }
}

function parseMessage(text: unknown): LiveMessage | undefined {
  if (typeof text !== 'string') return undefined
  try {
    return LiveMessage.parse(JSON.parse(text))
  } catch {
    // A message of a newer server that this page does not know; the next reload brings the page that does.
    return undefined
  }
}
