import type { HandoffLoss } from '../contract/handoff.ts'
import type { Fitted } from './fit.ts'
import type { Reading } from './items.ts'

/** How events of a kind that are left out are told: `%` stands for how many there are. */
const WORDS: Record<string, [one: string, many: string]> = {
  thinking: ['One piece of thinking stays behind.', '% pieces of thinking stay behind.'],
  command: ['One command of the other agent stays behind.', '% commands of the other agent stay behind.'],
  compaction: [
    'One compaction is not repeated: what came before it is handed over itself.',
    '% compactions are not repeated: what came before them is handed over itself.',
  ],
  attachment: ['One attachment stays behind.', '% attachments stay behind.'],
  hook: ['One message of a hook stays behind.', '% messages of hooks stay behind.'],
  rewound: ['One event that was rewound stays behind.', '% events that were rewound stay behind.'],
  'side chain': [
    'One event inside of a sub-agent’s work stays behind.',
    '% events inside of sub-agents’ work stay behind.',
  ],
  unknown: ['One record of an unknown kind stays behind.', '% records of unknown kinds stay behind.'],
}

/** What of a session does not reach the other agent, the gravest first. */
export function lossesOf(reading: Reading, fitted: Fitted, composed: readonly string[]): HandoffLoss[] {
  const calls = fitted.items.filter(({ item }) => item.kind === 'call').length
  const losses: (HandoffLoss | null)[] = [
    fitted.dropped === 0
      ? null
      : told(fitted.dropped, [
          'The oldest text or call does not fit into the budget.',
          'The oldest % texts and calls do not fit into the budget.',
        ]),
    calls === 0 ? null : callLoss(calls, fitted.detail),
    reading.images === 0 ? null : told(reading.images, ['One picture stays behind.', '% pictures stay behind.']),
    reading.cut === 0
      ? null
      : told(reading.cut, [
          'One text is too long: it is handed over in part.',
          '% texts are too long: they are handed over in part.',
        ]),
    ...Object.entries(WORDS).map(([kind, words]) => {
      const count = reading.leftOut.get(kind) ?? 0
      return count === 0 ? null : told(count, words)
    }),
    ...composed.map((text) => ({ count: null, text })),
  ]
  return losses.filter((loss) => loss !== null)
}

function callLoss(calls: number, detail: Fitted['detail']): HandoffLoss {
  const how = {
    whole: 'with what went in and what came out',
    short: 'with the beginning and the end of what went in and came out',
    line: 'by name and subject alone',
  }[detail]
  return told(calls, [`One call of a tool becomes text, ${how}.`, `% calls of tools become text, ${how}.`])
}

function told(count: number, [one, many]: [one: string, many: string]): HandoffLoss {
  return { count, text: count === 1 ? one : many.replace('%', String(count)) }
}
