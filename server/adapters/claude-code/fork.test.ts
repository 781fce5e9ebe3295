import { describe, expect, it } from 'vitest'
import { fileOf, FORK_ID, forkAt, keptFile, allOf, type TestLine } from './fork-testing.ts'

/** Records of a made-up session; ids are short so that the tests can be read. */
function prompt(uuid: string, parentUuid: string | null, more: object = {}) {
  const message = { role: 'user', content: `say ${uuid}` }
  return { parentUuid, isSidechain: false, type: 'user', message, uuid, sessionId: 'old', ...more }
}

function answer(uuid: string, parentUuid: string, more: object = {}) {
  return model(uuid, parentUuid, `m-${uuid}`, [{ type: 'text', text: `answer ${uuid}` }], more)
}

function model(uuid: string, parentUuid: string, id: string, content: object[], more: object = {}) {
  const message = { id, type: 'message', role: 'assistant', model: 'x', content }
  return { parentUuid, isSidechain: false, type: 'assistant', message, uuid, sessionId: 'old', ...more }
}

function call(uuid: string, parentUuid: string, message: string, use: string) {
  return model(uuid, parentUuid, message, [{ type: 'tool_use', id: use, name: 'Bash', input: {} }])
}

function result(uuid: string, parentUuid: string, use: string) {
  const message = { role: 'user', content: [{ tool_use_id: use, type: 'tool_result', content: 'ok' }] }
  return { parentUuid, isSidechain: false, type: 'user', message, uuid, sessionId: 'old', toolUseResult: {} }
}

function note(uuid: string, parentUuid: string | null, more: object = {}) {
  return { parentUuid, type: 'attachment', attachment: { type: 'hook_success' }, uuid, sessionId: 'old', ...more }
}

function boundary(uuid: string, logicalParentUuid: string | null, preserved: string[] = []) {
  const compactMetadata = {
    trigger: 'auto',
    preTokens: 9,
    preservedMessages: { uuids: preserved, allUuids: [...preserved, 'gone'] },
  }
  return {
    parentUuid: null,
    logicalParentUuid,
    type: 'system',
    subtype: 'compact_boundary',
    compactMetadata,
    uuid,
    sessionId: 'old',
  }
}

const TITLE = { type: 'custom-title', customTitle: 'T', sessionId: 'old' }
const summary = (uuid: string, parent: string) => prompt(uuid, parent, { isCompactSummary: true })

/** The fork's predecessors: each record's is the one before. */
function isOneChain(records: Record<string, unknown>[]): boolean {
  return records.every((record, index) => {
    const before = index === 0 || record['subtype'] === 'compact_boundary' ? null : records[index - 1]?.['uuid']
    return record['parentUuid'] === before
  })
}

async function idsAt(eventId: string, lines: TestLine[]): Promise<unknown[]> {
  const fork = await forkAt(eventId, [fileOf(lines)])
  expect(isOneChain(fork.records)).toBe(true)
  return fork.ids
}

describe('what a fork holds', () => {
  it('ends with the chosen event and leaves bookkeeping out', async () => {
    const lines = [
      TITLE,
      note('h', null),
      prompt('p', 'h'),
      { type: 'last-prompt' },
      answer('a', 'p'),
      prompt('q', 'a'),
    ]
    const fork = await forkAt('a', [fileOf(lines)])
    expect(fork.ids).toEqual(['h', 'p', 'a'])
    expect(fork).toMatchObject({ endsAt: 'a', lines: 3, warnings: [], mode: 0o600 })
    expect(fork.text.endsWith('\n')).toBe(true)
    expect(fork.bytes).toBe(Buffer.byteLength(fork.text))
  })

  it('takes the lines before a compaction and not the summary', async () => {
    const lines = [prompt('p', null), answer('a', 'p'), boundary('b', 'a'), summary('s', 'b'), answer('c', 's')]
    expect(await idsAt('a', lines)).toEqual(['p', 'a'])
  })

  it('goes on before a compaction by its logical predecessor, and by the file where that is not there', async () => {
    for (const logical of ['a', 'missing', null]) {
      const lines = [prompt('p', null), answer('a', 'p'), boundary('b', logical), summary('s', 'b'), answer('c', 's')]
      const fork = await forkAt('c', [fileOf(lines)])
      expect(fork.ids).toEqual(['p', 'a', 'b', 's', 'c'])
      expect(fork.records[2]).toMatchObject({ parentUuid: null, logicalParentUuid: logical })
    }
  })

  it('takes the summary along when the cut is at the compaction or between the two', async () => {
    const lines = [
      prompt('p', null),
      answer('a', 'p'),
      boundary('b', 'a'),
      note('n', 'b'),
      summary('s', 'n'),
      answer('c', 's'),
    ]
    expect(await idsAt('b', lines)).toEqual(['p', 'a', 'b', 'n', 's'])
    expect(await idsAt('n', lines)).toEqual(['p', 'a', 'b', 'n', 's'])
  })

  it('ends before a compaction that never got its summary', async () => {
    const lines = [prompt('p', null), answer('a', 'p'), boundary('b', 'a')]
    const fork = await forkAt('b', [fileOf(lines)])
    expect(fork).toMatchObject({ ids: ['p', 'a'], endsAt: 'a' })
  })

  it('holds what a compaction left in the context, also beside the path', async () => {
    const lines = [
      prompt('p', null),
      call('c', 'p', 'm', 't'),
      note('hook', 'c', { attachment: { type: 'hook_success', toolUseID: 't' } }),
      result('r', 'c', 't'),
      note('other', 'c'),
      boundary('b', 'r', ['c', 'hook', 'r']),
      summary('s', 'b'),
    ]
    expect(await idsAt('s', lines)).toEqual(['p', 'c', 'hook', 'r', 'b', 's'])
  })

  it('follows the branch that a rewind left, and the one that it began', async () => {
    const lines = [
      prompt('p', null),
      answer('a', 'p'),
      prompt('left', 'a'),
      answer('gone', 'left'),
      prompt('new', 'a'),
      answer('z', 'new'),
    ]
    expect(await idsAt('gone', lines)).toEqual(['p', 'a', 'left', 'gone'])
    expect(await idsAt('z', lines)).toEqual(['p', 'a', 'new', 'z'])
  })

  it('keeps a first record of its own, where a rewind went to the very beginning', async () => {
    const lines = [prompt('p', null), answer('a', 'p'), prompt('again', null), answer('z', 'again')]
    expect(await idsAt('z', lines)).toEqual(['again', 'z'])
  })

  it('leaves out work of sub-agents that stands in between, and ends before it when it is cut there', async () => {
    const side = { isSidechain: true }
    const lines = [
      prompt('p', null),
      answer('a', 'p'),
      prompt('x', null, side),
      answer('y', 'x', side),
      answer('b', 'a'),
    ]
    expect(await idsAt('b', lines)).toEqual(['p', 'a', 'b'])
    const fork = await forkAt('y', [fileOf(lines)])
    expect(fork.ids).toEqual(['p', 'a'])
    expect(fork.warnings).toEqual([
      'The chosen event is no part of the conversation; the fork ends with the one before it.',
    ])
  })

  it('ties records together over progress and kinds that it does not know', async () => {
    const progress = { type: 'progress', uuid: 'x', parentUuid: 'a', sessionId: 'old' }
    const odd = { type: 'new-kind', uuid: 'y', parentUuid: 'x', sessionId: 'old' }
    expect(await idsAt('b', [prompt('p', null), answer('a', 'p'), progress, odd, answer('b', 'y')])).toEqual([
      'p',
      'a',
      'b',
    ])
  })

  it('says so when nothing is there to go on from', async () => {
    await expect(forkAt('h', [fileOf([note('h', null), prompt('p', 'h')])])).rejects.toThrow(
      'Up to this event there is nothing that the agent could go on from.',
    )
  })
})

describe('calls and results', () => {
  const parallel = [
    prompt('p', null),
    model('t', 'p', 'm', [{ type: 'text', text: 'Two at once.' }]),
    call('c1', 't', 'm', 'u1'),
    call('c2', 'c1', 'm', 'u2'),
    result('r1', 'c1', 'u1'),
    result('r2', 'c2', 'u2'),
    answer('a', 'r2'),
  ]

  it.each([
    ['c1', ['p', 't'], 'A call of Bash has no result up to here, so it is left out.'],
    ['c2', ['p', 't'], '2 calls (Bash) have no result up to here, so they are left out.'],
    ['r1', ['p', 't', 'c1', 'r1'], 'A call of Bash has no result up to here, so it is left out.'],
    ['r2', ['p', 't', 'c1', 'c2', 'r1', 'r2'], undefined],
    ['a', ['p', 't', 'c1', 'c2', 'r1', 'r2', 'a'], undefined],
  ])('are kept in pairs when parallel calls are cut at %s', async (at, ids, warning) => {
    const fork = await forkAt(at, [fileOf(parallel)])
    expect(fork.ids).toEqual(ids)
    expect(isOneChain(fork.records)).toBe(true)
    expect(fork.warnings.find((sentence) => sentence.includes('no result'))).toBe(warning)
  })

  it('keep a pair that was answered first although its call came second', async () => {
    const swapped = [...parallel.slice(0, 4), result('r2', 'c2', 'u2'), result('r1', 'c1', 'u1')]
    expect(await idsAt('r2', swapped)).toEqual(['p', 't', 'c2', 'r2'])
    expect(await idsAt('r1', swapped)).toEqual(['p', 't', 'c1', 'c2', 'r2', 'r1'])
  })

  it('lose a call in the middle that was never answered, and what its hooks said', async () => {
    const hook = note('n', 'c', { attachment: { type: 'hook_success', toolUseID: 'u' } })
    const lines = [prompt('p', null), call('c', 'p', 'm', 'u'), hook, prompt('q', 'n'), answer('a', 'q')]
    expect(await idsAt('a', lines)).toEqual(['p', 'q', 'a'])
  })

  it('lose a result whose call is nowhere, and a second call with the same id', async () => {
    const lines = [
      prompt('p', null),
      result('r0', 'p', 'nowhere'),
      call('c', 'r0', 'm', 'u'),
      result('r', 'c', 'u'),
      call('again', 'r', 'm2', 'u'),
      result('r-again', 'again', 'u'),
      answer('a', 'r-again'),
    ]
    expect(await idsAt('a', lines)).toEqual(['p', 'c', 'r', 'a'])
  })

  it('are cut inside of a record that holds several blocks', async () => {
    const both = model('b', 'p', 'm', [
      { type: 'text', text: 'first' },
      { type: 'tool_use', id: 'u1', name: 'Read', input: { n: 1 } },
      { type: 'tool_use', id: 'u2', name: 'Bash', input: {} },
    ])
    const content = [
      { type: 'tool_result', tool_use_id: 'u1', content: 'one' },
      { type: 'tool_result', tool_use_id: 'u2', content: 'two' },
      { type: 'text', text: 'typed meanwhile' },
    ]
    const lines = [prompt('p', null), both, { ...prompt('r', 'b'), message: { role: 'user', content } }]
    const at = async (id: string) => {
      const { records, endsAt } = await forkAt(id, [fileOf(lines)])
      return { endsAt, kinds: records.slice(1).map((record) => kindsOf(record)) }
    }
    expect(await at('b')).toEqual({ endsAt: 'b', kinds: [['text']] })
    expect(await at('b#2')).toEqual({ endsAt: 'b', kinds: [['text']] })
    expect(await at('r')).toEqual({ endsAt: 'r', kinds: [['text', 'u1'], ['u1']] })
    expect(await at('r#1')).toEqual({
      endsAt: 'r#1',
      kinds: [
        ['text', 'u1', 'u2'],
        ['u1', 'u2'],
      ],
    })
    expect(await at('r#2')).toEqual({
      endsAt: 'r#2',
      kinds: [
        ['text', 'u1', 'u2'],
        ['u1', 'u2', 'text'],
      ],
    })
  })

  it('keep a server’s call and its result, which stand in one message', async () => {
    const lines = [
      prompt('p', null),
      model('s', 'p', 'm', [{ type: 'server_tool_use', id: 'srv', name: 'web_search', input: {} }]),
      model('w', 's', 'm', [{ type: 'web_search_tool_result', tool_use_id: 'srv', content: [] }]),
    ]
    expect(await idsAt('w', lines)).toEqual(['p', 's', 'w'])
    expect(await idsAt('s', lines)).toEqual(['p'])
  })

  it('leave no thinking at the end, with which an answer cannot end', async () => {
    const thinking = model('th', 'p', 'm', [{ type: 'thinking', thinking: '…', signature: 'S' }])
    const lines = [prompt('p', null), thinking, call('c', 'th', 'm', 'u'), result('r', 'c', 'u')]
    expect(await idsAt('c', lines)).toEqual(['p'])
    expect(await idsAt('r', lines)).toEqual(['p', 'th', 'c', 'r'])
  })
})

describe('the bytes of a fork', () => {
  it('are those of the source but for the session’s id, also where JSON could be written otherwise', async () => {
    const line = String.raw`{ "parentUuid":null,"type":"user","n":12345678901234567890,"f":1.0,"e":"\u00e9\/","message":{"role":"user","content":"\ud83d\ude00 sessionId"},"uuid":"p","sessionId":"old" , "session_id":"older","x":{"sessionId":"old"}}`
    const { text } = await forkAt('p', [fileOf([line])])
    expect(text).toBe(
      `${line.replace('"sessionId":"old" ', `"sessionId":"${FORK_ID}" `).replace('"older"', `"${FORK_ID}"`)}\n`,
    )
  })

  it('keep bytes that are no UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"parentUuid":null,"type":"user","message":{"role":"user","content":"'),
      Buffer.from([0xff, 0xfe, 0xc3]),
      Buffer.from('"},"uuid":"p","sessionId":"old"}'),
    ])
    const files = [fileOf([bytes])] as const
    const plan = await forkAt('p', files)
    const parts = plan.pieces.flatMap((piece) =>
      'bytes' in piece ? [] : [allOf(files[piece.file], piece.from, piece.to)],
    )
    expect(Buffer.concat(parts).includes(Buffer.from([0xff, 0xfe, 0xc3]))).toBe(true)
  })

  it('get members that a record lacks', async () => {
    const old = { type: 'user', message: { role: 'user', content: 'x' }, uuid: 'p' }
    const next = {
      type: 'assistant',
      uuid: 'a',
      message: { id: 'm', role: 'assistant', content: [{ type: 'text', text: 'y' }] },
      parentUuid: 'p',
    }
    const { records } = await forkAt('a', [fileOf([old, next])])
    expect(records.map(({ parentUuid, sessionId }) => [parentUuid, sessionId])).toEqual([
      [null, FORK_ID],
      ['p', FORK_ID],
    ])
  })

  it('of a compaction are those of its own kind of record, too', async () => {
    const old = { type: 'compact_boundary', uuid: 'b', logicalParentUuid: 'a', sessionId: 'old' }
    const { ids, records } = await forkAt('s', [fileOf([prompt('p', null), answer('a', 'p'), old, summary('s', 'b')])])
    expect(ids).toEqual(['p', 'a', 'b', 's'])
    expect(records[2]?.['parentUuid']).toBeNull()
  })
})

describe('damage', () => {
  it('a predecessor that is nowhere is replaced by the record before in the file', async () => {
    const fork = await forkAt('b', [fileOf([prompt('p', null), answer('a', 'lost'), answer('b', 'a')])])
    expect(fork.ids).toEqual(['p', 'a', 'b'])
    expect(fork.warnings).toEqual([
      'Records name a predecessor that is nowhere (1); the one before in the file was taken.',
    ])
  })

  it('a predecessor that an earlier state of the file has is taken from there', async () => {
    const earlier = fileOf([prompt('p', null), answer('a', 'p'), prompt('q', 'a')])
    const now = fileOf([answer('b', 'q'), prompt('last', 'b')])
    const fork = await forkAt('last', [now, earlier])
    expect(fork.ids).toEqual(['p', 'a', 'q', 'b', 'last'])
    expect(isOneChain(fork.records)).toBe(true)
    expect(fork.warnings.some((sentence) => sentence.includes('nowhere'))).toBe(false)
  })

  it('a circle of predecessors, or a record that is its own, ends', async () => {
    expect(await idsAt('b', [prompt('p', null), answer('a', 'b'), answer('b', 'a')])).toEqual(['p', 'a', 'b'])
    expect(await idsAt('a', [prompt('p', null), answer('a', 'a')])).toEqual(['p', 'a'])
  })

  it('of two records with one id the first counts', async () => {
    const lines = [prompt('p', null), answer('a', 'p'), answer('a', 'lost', { isRepeat: true }), answer('b', 'a')]
    const fork = await forkAt('b', [fileOf(lines)])
    expect(fork.ids).toEqual(['p', 'a', 'b'])
    expect(fork.text).not.toContain('isRepeat')
  })

  it('lines that cannot be read are left out and told of; whole records on them are not', async () => {
    const whole = JSON.stringify(answer('a', 'p'))
    const torn = whole.slice(0, 40)
    const lines = [prompt('p', null), torn, `${torn}${whole}`, 'rubbish', '', '\0\0', answer('b', 'a')]
    const fork = await forkAt('b', [fileOf(lines)])
    expect(fork.ids).toEqual(['p', 'a', 'b'])
    expect(fork.warnings).toEqual(['Lines that cannot be read were left out (2).'])
  })

  it('a last line without line feed counts when it is whole', async () => {
    const text = [prompt('p', null), answer('a', 'p')].map((record) => JSON.stringify(record)).join('\n')
    const fork = await forkAt('a', [keptFile(Buffer.from(text), '/h/.claude/projects/-w-app/s.jsonl')])
    expect(fork.ids).toEqual(['p', 'a'])
  })

  it('a record of tens of megabytes is passed on without being held or looked at in one go', async () => {
    const big = prompt('p', null, { toolUseResult: { text: 'x'.repeat(8_000_000) } })
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    const fork = await forkAt('a', [fileOf([big, answer('a', 'p')])])
    clearInterval(timer)
    expect(fork.ids).toEqual(['p', 'a'])
    expect(turns).toBeGreaterThan(1)
    expect(
      fork.pieces.filter((piece) => 'bytes' in piece).every((piece) => 'bytes' in piece && piece.bytes.length < 100),
    ).toBe(true)
  })
})

describe('the place of a fork', () => {
  const lines = [prompt('p', null), answer('a', 'p')]

  it('is beside its source', async () => {
    const fork = await forkAt('a', [fileOf(lines)])
    expect(fork.path).toBe(`/h/.claude/projects/-w-app/${FORK_ID}.jsonl`)
    expect(fork.root).toBe('/h/.claude/projects')
    const other = await forkAt('a', [fileOf(lines, '/h/.config/claude/projects/-x/s.jsonl')])
    expect(other.root).toBe('/h/.config/claude/projects')
  })

  it('is the same folder of this home when the session is one of another home', async () => {
    const fork = await forkAt('a', [fileOf(lines, '/Users/x/.claude/projects/-Users-x-app/s.jsonl')])
    expect(fork.path).toBe(`/h/.claude/projects/-Users-x-app/${FORK_ID}.jsonl`)
  })

  it('is the folder of the project’s new place when it has moved', async () => {
    const fork = await forkAt('a', [fileOf(lines)], '/srv/my_app.2')
    expect(fork.path).toBe(`/h/.claude/projects/-srv-my-app-2/${FORK_ID}.jsonl`)
    // As Claude Code 2.1.330 and 2.1.197 named it.
    const cwd = `/tmp/agents-f/app/${'long_'.repeat(40)}/${'é.'.repeat(20)}`
    const long = await forkAt('a', [fileOf(lines)], cwd)
    expect(long.path).toBe(`/h/.claude/projects/-tmp-agents-f-app-${'long-'.repeat(36)}lo-hu1me4/${FORK_ID}.jsonl`)
  })
})

function kindsOf(record: Record<string, unknown>): string[] {
  const { content } = record['message'] as { content: { type: string; id?: string; tool_use_id?: string }[] }
  return content.map((block) => block.id ?? block.tool_use_id ?? block.type)
}
