import type { Standing } from './snapshot-sessions.ts'

/** How a standing is named and explained. */
interface StandingLook {
  word: string
  tone: 'warning' | 'neutral' | 'added'
  about: string
}

export const standingLooks: Record<Standing, StandingLook> = {
  gone: { word: 'gone', tone: 'warning', about: 'A file is not there any more where the agent kept it.' },
  rewritten: { word: 'rewritten', tone: 'warning', about: 'The agent, or someone else, rewrote a file since.' },
  shorter: { word: 'shorter', tone: 'warning', about: 'A file holds less now than in the snapshot.' },
  grown: { word: 'grown since', tone: 'added', about: 'The session went on: its files hold more now.' },
  same: { word: 'as it was', tone: 'neutral', about: 'The files hold exactly this now.' },
}
