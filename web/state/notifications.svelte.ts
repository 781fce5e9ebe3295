/** `unsupported` where the browser has no notifications, or none for this address. */
export type NotificationPermissionState = 'unsupported' | 'default' | 'granted' | 'denied'

/** One notification of the browser. A later one with the same `tag` takes its place. */
export interface Notice {
  title: string
  body: string
  tag: string
  /** Runs when it is clicked; the window comes to the front before. */
  onclick: () => void
}

/** What of the browser is needed, so that a test can bring its own. */
type NotificationMaker = {
  readonly permission: NotificationPermission
  requestPermission: () => Promise<NotificationPermission>
  new (
    title: string,
    options?: NotificationOptions,
  ): Pick<Notification, 'close'> & {
    onclick: ((this: Notification, event: Event) => unknown) | null
  }
}

/** The browser's notifications: whether they are allowed, and showing one. Asks only when a person clicked for it. */
export class Notifications {
  #maker: NotificationMaker | undefined
  #permission = $state<NotificationPermissionState>('unsupported')

  constructor(maker: NotificationMaker | undefined = makerOfBrowser()) {
    this.#maker = maker
    this.#permission = maker?.permission ?? 'unsupported'
  }

  get permission(): NotificationPermissionState {
    return this.#permission
  }

  /** Asks the person. To be called from a click: browsers ignore it otherwise. */
  async ask(): Promise<NotificationPermissionState> {
    if (!this.#maker) return 'unsupported'
    this.#permission = await this.#maker.requestPermission()
    return this.#permission
  }

  /** Shows one where it is allowed; false where not. */
  show({ title, body, tag, onclick }: Notice): boolean {
    if (!this.#maker || this.#maker.permission !== 'granted') return false
    try {
      const shown = new this.#maker(title, { body, tag })
      shown.onclick = () => {
        globalThis.focus()
        shown.close()
        onclick()
      }
      return true
    } catch {
      // Some browsers have the class but let only service workers make one.
      return false
    }
  }
}

function makerOfBrowser(): NotificationMaker | undefined {
  return typeof Notification === 'undefined' ? undefined : Notification
}
