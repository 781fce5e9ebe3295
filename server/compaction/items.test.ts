import { describe, expect, test } from 'vitest'
import { itemsOf, Script, stretchesOf } from './testing.ts'

const texts = (script: Script, kind: string) => itemsOf(script, kind).map((item) => item.text)

describe('instructions', () => {
  test('are what a person typed, without nods, commands of the agent and what hosts inject', () => {
    const script = new Script()
    script.prompt('Add a login page to the app')
    script.prompt('yes, continue')
    script.prompt('<system-reminder>be nice</system-reminder>never push to main, ok?')
    script.add({ kind: 'command', text: '/compact keep the names' })
    script.add({ kind: 'command', text: '/deploy:plan no downtime please' })
    script.add({ kind: 'command', text: 'Set model to sonnet' })
    script.add({ kind: 'notice', text: 'Do not mention this reminder' })
    script.prompt('do not say this twice')
    script.prompt('Do not  say this twice')

    expect(texts(script, 'instruction')).toEqual([
      'Add a login page to the app',
      'never push to main, ok?',
      '/deploy:plan no downtime please',
      'do not say this twice',
    ])
  })

  test('that forbid weigh more than those that only ask', () => {
    const script = new Script()
    script.prompt('Start with the first step of the work')
    script.prompt('Rename the button to Save')
    script.prompt('Never touch the generated files')
    script.prompt('What does this folder hold?')
    const [, ask, forbid] = itemsOf(script, 'instruction')
    expect(forbid?.importance).toBeGreaterThan((ask?.importance ?? 1) + 0.1)
  })

  test('in a long plan: its beginning, and what binds further down', () => {
    const filler = Array.from({ length: 30 }, (_, index) => `Step ${index} describes one of the parts in plain words.`)
    const script = new Script()
    script.prompt(`Implement the following plan:\n${filler.join('\n')}\nThe cache must survive a restart.\nIt is blue.`)
    const found = texts(script, 'instruction')
    expect(found).toHaveLength(2)
    expect(found[0]).toMatch(/^Implement the following plan: Step 0 .*…$/)
    expect(found[0]?.length).toBeLessThanOrEqual(500)
    expect(found[1]).toBe('The cache must survive a restart.')
  })

  test('around a pasted log are the words of the person, not the log', () => {
    const log = Array.from(
      { length: 40 },
      (_, index) => `[2026-09-01 10:00:${index}] src/a.ts:${index}: value=${index};`,
    )
    const script = new Script()
    script.prompt(`it works now but the line numbers are off\n${log.join('\n')}`)
    expect(texts(script, 'instruction')).toEqual(['it works now but the line numbers are off'])
  })

  test('inside a sub-agent are not the user’s', () => {
    const script = new Script()
    script.prompt('Explore the repository', { branch: -1 })
    expect(stretchesOf(script)).toEqual([])
  })
})

describe('decisions and rejected approaches', () => {
  test('are told by their words, with the reason', () => {
    const script = new Script()
    script.answer(
      [
        'Let me read the file first because it matters.',
        'I decided to keep the cookie instead of a token because the proxy strips headers.',
        '```',
        '// we decided to use tabs because of reasons',
        '```',
        'Polling does not work here, since the watcher misses renames.',
        'The file has 20 lines.',
      ].join('\n'),
    )
    expect(itemsOf(script).map(({ kind, text, detail }) => ({ kind, text, detail }))).toEqual([
      {
        kind: 'decision',
        text: 'I decided to keep the cookie instead of a token because the proxy strips headers.',
        detail: 'because the proxy strips headers.',
      },
      {
        kind: 'rejected',
        text: 'Polling does not work here, since the watcher misses renames.',
        detail: 'since the watcher misses renames.',
      },
    ])
  })

  test('in German too', () => {
    const script = new Script()
    script.answer(
      'Ich habe mich für SQLite entschieden, weil ein Server hier zu viel wäre. Der Ansatz mit Polling funktioniert nicht.',
    )
    expect(itemsOf(script).map(({ kind, detail }) => [kind, detail])).toEqual([
      ['decision', 'weil ein Server hier zu viel wäre.'],
      ['rejected', null],
    ])
  })

  test('causes are errors, with the fix that follows', () => {
    const script = new Script()
    script.answer('The root cause is that the lock file is written twice. I need to guard it with a mutex.')
    expect(itemsOf(script)).toMatchObject([
      {
        kind: 'error',
        text: 'The root cause is that the lock file is written twice.',
        detail: 'I need to guard it with a mutex.',
      },
    ])
  })

  test('guesses that were only thought are left out, and of many thoughts the last stand', () => {
    const script = new Script()
    script.thinking('The problem might be the encoding of that one file in the list.')
    script.thinking(
      ['one', 'two', 'three', 'four', 'five']
        .map((name) => `The simplest fix is to drop the ${name} table instead of keeping it.`)
        .join('\n'),
    )
    expect(texts(script, 'decision').map((text) => /the (\w+) table/.exec(text)?.[1])).toEqual([
      'three',
      'four',
      'five',
    ])
    expect(texts(script, 'error')).toEqual([])
  })

  test('a refused tool call is told with what the user said', () => {
    const script = new Script()
    script.tool(
      'Bash',
      { command: 'git push --force' },
      {
        isError: true,
        text: "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit, the new_string was NOT written to the file). To tell you how to proceed, the user said:\nnever force push, open a PR",
      },
    )
    expect(itemsOf(script)).toMatchObject([
      {
        kind: 'rejected',
        text: 'The user refused Bash git push --force: “never force push, open a PR”',
        detail: 'never force push, open a PR',
      },
    ])
  })

  test('an answered question is the user’s decision', () => {
    const script = new Script()
    script.tool(
      'AskUserQuestion',
      { questions: [] },
      {
        text: 'User has answered your questions: "Which database?"="SQLite", "Tests?"="Yes". You can now continue with the user\'s answers in mind.',
      },
    )
    expect(texts(script, 'decision')).toEqual([
      'The user chose “SQLite” for: Which database?',
      'The user chose “Yes” for: Tests?',
    ])
  })

  test('what was asked on a way that a rewind left is rejected, once per way', () => {
    const script = new Script()
    script.prompt('Use Redux for the state', { branch: 1 })
    script.prompt('and add a saga', { branch: 1 })
    script.prompt('Use signals for the state')
    expect(itemsOf(script).map(({ kind, text }) => [kind, text])).toEqual([
      ['rejected', 'Rewound: Use Redux for the state'],
      ['instruction', 'Use signals for the state'],
    ])
  })
})

describe('files', () => {
  test('are told with their last state, all edits together', () => {
    const script = new Script()
    script.edit('/w/app/src/a.ts', 3, 1, 'export function parseLine() {}')
    script.tool(
      'Write',
      { file_path: '/w/app/new.ts', content: 'x' },
      { changes: [{ path: '/w/app/new.ts', change: 'created', added: 9, removed: 0 }] },
    )
    const last = script.edit('/w/app/src/a.ts', 2, 2)
    script.edit('/w/app/tmp.ts', 1, 0)
    script.run('git checkout -- tmp.ts', '')
    script.run('rm new.ts', '')
    const files = itemsOf(script, 'file')
    expect(files.map(({ text, detail }) => [text, detail])).toEqual([
      ['src/a.ts: modified in 2 edits, +5 −3', 'defines or changes parseLine'],
      ['tmp.ts: changed, then put back, +1 −0', null],
      ['new.ts: deleted, +9 −0', null],
    ])
    expect(files[0]?.seq).toBe(last + 1)
  })
})

describe('commands and errors', () => {
  test('of a command that ran again the last run counts; looking is left out', () => {
    const script = new Script()
    script.run('cd /w/app && npm test 2>&1 | tail -20', 'FAIL src/a.test.ts\nError: expected 1 to be 2', 1)
    script.run('cat src/a.ts', 'code')
    script.run('git status && ls', 'clean')
    const last = script.run('npm test', 'Tests  12 passed (12)')
    expect(itemsOf(script, 'command').map(({ text, detail, seq }) => ({ text, detail, seq }))).toEqual([
      { text: 'npm test (2 runs, 1 failed)', detail: 'exit 0: Tests 12 passed (12)', seq: last },
    ])
  })

  test('a failing command comes before one that went well', () => {
    const script = new Script()
    script.run('npm run build', 'src/a.ts:3:1: error TS2304: Cannot find name foo', 2)
    script.run('npm test', '12 passed')
    const [build, tests] = itemsOf(script, 'command')
    expect(build).toMatchObject({
      text: 'npm run build',
      detail: 'exit 2: src/a.ts:3:1: error TS2304: Cannot find name foo',
    })
    expect(build?.importance).toBeGreaterThan(tests?.importance ?? 1)
  })

  test('a failure that a pipe hides is seen', () => {
    const script = new Script()
    script.run('go test ./... | tail -5', '--- FAIL: TestLogin (0.01s)\n    login_test.go:8: got 401\nFAIL')
    expect(itemsOf(script, 'command')[0]?.detail).toBe(
      'failed (exit 0 of a pipe): --- FAIL: TestLogin (0.01s) · login_test.go:8: got 401',
    )
  })

  test('an error is told with what was changed before it went away, an open one as open', () => {
    const script = new Script()
    script.run('npm run lint', "a.ts:1:1: error 'x' is not defined", 1)
    script.edit('/w/app/a.ts', 1, 1)
    script.run('npm run lint', '0 problems')
    script.run('npm run e2e', 'Error: page closed', 1)
    const found = itemsOf(script, 'error').map(({ text, detail }) => [text, detail])
    expect(found).toEqual([
      ["npm run lint: a.ts:1:1: error 'x' is not defined", 'solved after changes to a.ts'],
      ['npm run e2e: Error: page closed', 'not seen to be solved'],
    ])
  })

  test('errors of the agent’s own handling are no errors of the work', () => {
    const script = new Script()
    script.tool(
      'Edit',
      { file_path: '/w/app/a.ts' },
      {
        isError: true,
        text: '<tool_use_error>File has not been read yet. Read it first before writing to it.</tool_use_error>',
      },
    )
    expect(itemsOf(script)).toEqual([])
  })
})

describe('to-dos', () => {
  test('are what was open on the list when it was last written', () => {
    const script = new Script()
    script.tool('TodoWrite', { todos: [{ content: 'Old plan', status: 'pending' }] })
    script.tool('TodoWrite', {
      todos: [
        { content: 'Write the parser', status: 'completed' },
        { content: 'Test the parser', status: 'in_progress' },
        { content: 'Document it', status: 'pending' },
      ],
    })
    expect(itemsOf(script, 'todo').map(({ text, detail }) => [text, detail])).toEqual([
      ['Test the parser', 'in progress'],
      ['Document it', 'not begun'],
    ])
  })

  test('created one by one are followed by the number that the agent gave them', () => {
    const script = new Script()
    script.tool('TaskCreate', { subject: 'Add the column' }, { text: 'Task #1 created successfully: Add the column' })
    script.tool('TaskCreate', { subject: 'Fill the column' }, { text: 'Task #2 created successfully: Fill the column' })
    script.tool('TaskUpdate', { taskId: '1', status: 'completed' })
    expect(texts(script, 'todo')).toEqual(['Fill the column'])
  })

  test('in a last answer are unchecked boxes and what is said to be missing', () => {
    const script = new Script()
    script.answer('- [x] parser\n- [ ] writer\n\nStill need to add the migration for old files.')
    expect(texts(script, 'todo')).toEqual(['writer', 'Still need to add the migration for old files.'])
  })
})

test('nothing of foreign shape makes it fail', () => {
  const script = new Script()
  script.tool('TodoWrite', { todos: 'none' })
  script.tool('Bash', { command: 42 })
  script.tool('Edit', { edits: [null, 7] }, { text: '\ud800 broken' })
  script.answer('')
  script.answer('\u0000\ud83d')
  script.prompt('constructor __proto__ toString hasOwnProperty')
  script.compact('constructor')
  expect(itemsOf(script).map(({ text }) => text)).toEqual(['constructor __proto__ toString hasOwnProperty'])
})
