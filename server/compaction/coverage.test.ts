import { describe, expect, test } from 'vitest'
import { Script, stretchesOf } from './testing.ts'

/** The coverage of each item before the first compaction, with its text cut short. */
function covered(script: Script) {
  return (stretchesOf(script)[0]?.items ?? []).map((item) => [item.kind, item.text.slice(0, 24), item.coverage])
}

/** A session in which much else was said, so that common words are common and rare ones rare. */
function session(): Script {
  const script = new Script()
  for (const text of [
    'Build the importer for invoices',
    'Use the invoices table of the importer',
    'Rename the importer',
  ]) {
    script.prompt(text)
    script.answer(`Working on it: ${text.toLowerCase()} in the importer module of the app.`)
  }
  return script
}

function coverageOf(script: Script, text: string) {
  return stretchesOf(script)[0]?.items.find((item) => item.text.startsWith(text))
}

describe('words', () => {
  test('quoted word for word are kept', () => {
    const script = session()
    script.prompt('never write into the production database, not even in tests')
    script.compact('All user messages:\n- "never write into the production database, not even in tests"')
    expect(coverageOf(script, 'never write')?.coverage).toBe('kept')
  })

  test('told in other words are kept: stems, synonyms and parts of names', () => {
    const script = session()
    script.answer(
      'I decided to remove parseInvoiceLine instead of repairing it, because the CSV reader handles quoting.',
    )
    script.compact(
      'Decided on deleting `parse_invoice_line` rather than fixing it: quoting is handled by the CSV reader.',
    )
    expect(coverageOf(script, 'I decided')?.coverage).toBe('kept')
  })

  test('of which only the subject is left are partly kept, others lost', () => {
    const script = session()
    script.answer(
      'I decided to sort invoices by dueDate instead of createdAt because accounting closes months by dueDate.',
    )
    script.answer('I chose port 48211 instead of 3000 because the proxy of the office already listens there.')
    script.compact(
      'Invoices are sorted by `dueDate`, as accounting wants.\nFiles of the module were read and some invoices were looked at.',
    )
    const sorted = coverageOf(script, 'I decided')
    expect(sorted?.coverage).toBe('partly')
    expect(sorted?.found).toContain('dueDate')
    expect(sorted?.missing).toContain('createdAt')
    const port = coverageOf(script, 'I chose')
    expect(port?.coverage).toBe('lost')
    expect(port?.missing).toContain('48211')
  })

  test('in other scripts are found, too', () => {
    const script = session()
    script.prompt('データベースを絶対に削除しないでください')
    script.prompt('Größe und Übermaß der Straßen müssen geprüft werden, naïve Prüfung genügt nicht')
    script.compact(
      'ユーザー: データベースを絶対に削除しないでください\nGröße und Übermaß der Straßen müssen geprüft werden',
    )
    expect(coverageOf(script, 'データ')?.coverage).toBe('kept')
    expect(coverageOf(script, 'Größe')?.coverage).not.toBe('lost')
  })
})

describe('files', () => {
  const after = (summary: string) => {
    const script = session()
    script.edit('/w/app/src/pricing/tariff.ts', 4, 1)
    script.compact(summary)
    return script
  }

  test('whose change is told are kept, named only partly, not named lost', () => {
    expect(covered(after('- `src/pricing/tariff.ts`: added the night rate and its rounding')).at(-1)?.[2]).toBe('kept')
    expect(covered(after('Files:\n- `src/pricing/tariff.ts`')).at(-1)?.[2]).toBe('partly')
    expect(covered(after('The importer was built.')).at(-1)?.[2]).toBe('lost')
  })

  test('that are read again right after it are kept', () => {
    const script = after('The importer was built.')
    script.tool('Read', { file_path: '/w/app/src/pricing/tariff.ts' })
    expect(covered(script).at(-1)?.[2]).toBe('kept')
  })

  test('that the agent’s host puts back are kept; one read after the next prompt is not put back', () => {
    const put = after('The importer was built.')
    put.add({ kind: 'attachment', text: '/w/app/src/pricing/tariff.ts' })
    expect(covered(put).at(-1)?.[2]).toBe('kept')

    const later = after('The importer was built.')
    later.prompt('go on')
    later.tool('Read', { file_path: '/w/app/src/pricing/tariff.ts' })
    expect(covered(later).at(-1)?.[2]).toBe('lost')
  })
})

describe('commands', () => {
  const after = (summary: string, exit: number) => {
    const script = new Script()
    script.prompt('Run the tests of the importer')
    script.run('npm test', exit === 0 ? '12 passed' : '3 failed', exit)
    script.compact(summary)
    return stretchesOf(script)[0]?.items.find((item) => item.kind === 'command')?.coverage
  }

  test('are kept when how they ended is told, and lost when the other ending is', () => {
    expect(after('All tests pass.', 0)).toBe('kept')
    expect(after('All tests pass.', 1)).toBe('lost')
    expect(after('Three tests are failing.', 1)).toBe('kept')
    expect(after('The importer reads invoices.', 0)).toBe('lost')
  })
})

test('an event that stayed in the context is kept whatever the summary says', () => {
  const script = session()
  const seq = script.prompt('use the blue theme with rounded corners on every card')
  script.compact('Nothing much.', [`e${seq}`])
  expect(coverageOf(script, 'use the blue')).toMatchObject({ coverage: 'kept', missing: [] })
})

test('what was carried over word for word counts like the summary', () => {
  const script = session()
  script.answer('I decided to use protobuf instead of JSON because the messages are large.')
  const seq = script.answer('As decided: protobuf instead of JSON because the messages are large.')
  script.compact('Nothing much.', [`e${seq}`])
  expect(coverageOf(script, 'I decided')?.coverage).toBe('kept')
})

test('without a summary all is lost', () => {
  const script = session()
  script.compact(null)
  expect(new Set(covered(script).map(([, , coverage]) => coverage))).toEqual(new Set(['lost']))
})

test('each compaction tells of its own stretch; what came after the last is a stretch without end', () => {
  const script = new Script()
  script.prompt('first task of the day: write the parser')
  const first = script.compact('wrote the parser')
  script.prompt('second task: write the printer')
  const second = script.compact('wrote the printer')
  script.prompt('third task: write the checker')
  expect(
    stretchesOf(script).map(({ fromSeq, end, summary, items }) => [
      fromSeq,
      end?.seq,
      summary,
      items.map((item) => item.seq),
    ]),
  ).toEqual([
    [0, first, 'wrote the parser', [0]],
    [first + 1, second, 'wrote the printer', [first + 2]],
    [second + 1, undefined, null, [second + 2]],
  ])
})
