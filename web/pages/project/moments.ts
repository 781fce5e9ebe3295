import { getCode, getCodeFile } from '../../../server/contract/replay.ts'
import { call } from '../../api/call.ts'
import type { CodeApi } from '../replay/code-moment.svelte.ts'

/** An event of a session, right after which the files are shown. */
export interface SessionMoment {
  sessionId: string
  seq: number
}

/** Numbers moments of many sessions, so that what shows the code of one session shows that of all. */
export class Moments {
  #list: SessionMoment[] = []
  #numbers = new Map<string, number>()

  /** The number of a moment; the same moment always has the same. */
  numberOf(moment: SessionMoment): number {
    const key = `${moment.seq} ${moment.sessionId}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#list.push(moment) - 1)
    return this.#list.length - 1
  }

  /** Asks for code by the numbers of moments. Comparisons belong to the replay of one session. */
  get api(): CodeApi {
    return {
      getCode: (at, signal) => {
        const { params, moment } = this.#ask(at)
        return call(getCode, { params, query: { at: moment }, signal })
      },
      getCodeFile: (at, path, signal) => {
        const { params, moment } = this.#ask(at)
        return call(getCodeFile, { params, query: { at: moment, path }, signal })
      },
      getCodeDiff: () => Promise.reject(new Error('The timeline of a project compares no files.')),
    }
  }

  #ask(at: string): { params: { sessionId: string }; moment: string } {
    const found = this.#list[Number(at)]
    if (!found) throw new Error(`There is no moment ${at}.`)
    return { params: { sessionId: found.sessionId }, moment: String(found.seq) }
  }
}
