import { describe, expect, test } from 'vitest'
import type { Effect } from './effect.ts'
import { readEffects, type RunCommand } from './shell-effects.ts'

function effects(command: string, more: Partial<RunCommand> = {}): Effect[] {
  return readEffects({ command, cwd: '/p', stdout: null, isError: false, isRecorded: false, ...more })
}

describe('commands that only look', () => {
  test.each([
    'ls -la && pwd',
    'grep -rn "a > b" src | head -5',
    'git status --short; git log -3 --oneline; git diff HEAD~1 -- a.ts',
    'git -C /elsewhere show HEAD:a.ts | sed -n 1,20p',
    'find . -name "*.ts" | xargs wc -l',
    'cat a.ts 2>/dev/null || true',
    'echo "rm -rf /" # rm x',
    'go build ./... 2>&1',
    'gofmt -l .',
    'git checkout -b new-branch',
    'git add -A && git push -u origin main',
    'git restore --staged a.ts',
    'prettier --check .',
    'cd sub && ls > /dev/null',
  ])('%s changes nothing', (command) => {
    expect(effects(command)).toEqual([])
  })
})

describe('files that a command names', () => {
  test('rm deletes each of them, relative to where cd went', () => {
    expect(effects('cd sub && rm -f a.ts ../b.ts')).toEqual([
      { kind: 'delete', path: '/p/sub/a.ts', isTree: false },
      { kind: 'delete', path: '/p/b.ts', isTree: false },
    ])
  })

  test('a folder inside parentheses counts only there', () => {
    expect(effects('(cd sub && rm a); rm b')).toEqual([
      { kind: 'delete', path: '/p/sub/a', isTree: false },
      { kind: 'delete', path: '/p/b', isTree: false },
    ])
  })

  test('git -C dir mv and git rm work on files', () => {
    expect(effects('git -C sub mv a.ts b.ts && git rm c.ts')).toEqual([
      { kind: 'move', from: '/p/sub/a.ts', to: '/p/sub/b.ts', isInto: false },
      { kind: 'delete', path: '/p/c.ts', isTree: false },
    ])
  })

  test('cp of several files goes into the folder', () => {
    expect(effects('cp a b dir')).toEqual([
      { kind: 'copy', from: '/p/a', to: '/p/dir', isInto: true },
      { kind: 'copy', from: '/p/b', to: '/p/dir', isInto: true },
    ])
  })

  test('a here-document is written whole', () => {
    const command = "cat > notes/a.md <<'EOF'\n# It's $5\n\nEOF\nrm old.md"
    expect(effects(command)).toEqual([
      { kind: 'write', path: '/p/notes/a.md', text: "# It's $5\n\n" },
      { kind: 'delete', path: '/p/old.md', isTree: false },
    ])
  })

  test('a here-document with expansions is only a touch', () => {
    expect(effects('cat > a <<EOF\n$HOME\nEOF')).toEqual([{ kind: 'touch', path: '/p/a', cause: 'script' }])
  })

  test('echo and printf append what they print', () => {
    expect(effects(`echo "one two" >> a; printf 'x\\ny\\n' >> a; echo -n z > b`)).toEqual([
      { kind: 'append', path: '/p/a', text: 'one two\n' },
      { kind: 'append', path: '/p/a', text: 'x\ny\n' },
      { kind: 'write', path: '/p/b', text: 'z' },
    ])
  })

  test('the output of another program is only a touch', () => {
    expect(effects('node gen.js > out.json')).toContainEqual({ kind: 'touch', path: '/p/out.json', cause: 'script' })
  })

  test('sed -i is followed in the forms of Linux and macOS', () => {
    const steps = [{ kind: 'substitute', pattern: 'a', flags: '', replacement: 'b', which: 0, lines: null }]
    expect(effects("sed -i 's/a/b/g' x.ts")).toEqual([{ kind: 'sed', path: '/p/x.ts', steps }])
    expect(effects("sed -i '' -e 's/a/b/g' x.ts")).toEqual([{ kind: 'sed', path: '/p/x.ts', steps }])
  })

  test('sed -i with a script beyond us is only a touch', () => {
    expect(effects("sed -i '/x/{n;d}' x.ts")).toEqual([{ kind: 'touch', path: '/p/x.ts', cause: 'script' }])
  })

  test('git checkout and restore bring a file back to the last commit', () => {
    expect(effects('git checkout -- a.ts; git restore b.ts; git checkout c.ts')).toEqual([
      { kind: 'revert', path: '/p/a.ts' },
      { kind: 'revert', path: '/p/b.ts' },
      { kind: 'revert', path: '/p/c.ts' },
    ])
  })

  test('git checkout of another commit brings content that is not known', () => {
    expect(effects('git checkout main -- a.ts')).toEqual([{ kind: 'touch', path: '/p/a.ts', cause: 'git' }])
  })

  test('cat alone shows the whole file, in a pipe it does not', () => {
    expect(effects('cat a.ts', { stdout: 'x' })).toEqual([{ kind: 'see', path: '/p/a.ts', text: 'x' }])
    expect(effects('cat a.ts | head -3', { stdout: 'x' })).toEqual([])
  })
})

describe('parts of a file', () => {
  test.each([
    ['head -3 a.ts', 1],
    ['head -n 3 a.ts', 1],
    ["sed -n '5,7p' a.ts", 5],
  ])('%s shows lines, the last of which may have lost its blanks', (command, startLine) => {
    expect(effects(command, { stdout: 'x\ny\nz' })).toEqual([
      { kind: 'glimpse', path: '/p/a.ts', startLine, text: 'x\ny' },
    ])
  })

  test.each(["sed -n '/x/p' a.ts", 'head -3 a.ts | grep x', 'head a.ts b.ts', 'head -c 10 a.ts'])(
    '%s does not',
    (command) => {
      expect(effects(command, { stdout: 'x\ny\nz' })).toEqual([])
    },
  )
})

describe('commands that could have changed what they do not name', () => {
  test.each([
    ['gofmt -w .', ['.go'], 'format'],
    ['go fmt ./...', ['.go'], 'format'],
    ['cargo fmt', ['.rs'], 'format'],
    ['mise run fmt', null, 'format'],
    ['npm run format', null, 'format'],
    ['pnpm lint --fix', null, 'format'],
    ['make test', null, 'check'],
    ['go test ./...', null, 'check'],
    ['git pull --rebase', null, 'git'],
    ['git stash', null, 'git'],
    ['git reset --hard HEAD~1', null, 'git'],
    ['git checkout main', null, 'git'],
    ['python3 migrate.py', null, 'script'],
    ['./build.sh', null, 'script'],
    ['if true', null, 'script'],
  ])('%s', (command, endings, cause) => {
    const found = effects(command === 'if true' ? 'if (( a < 3 )); then ./x; fi' : command)
    expect(found).toContainEqual({ kind: 'sweep', root: '/p', endings, cause })
  })

  test('a formatter with a file name touches that file', () => {
    expect(effects('npx prettier --write src/a.ts')).toEqual([{ kind: 'touch', path: '/p/src/a.ts', cause: 'format' }])
  })

  test('a pattern widens to its folder', () => {
    expect(effects('rm src/*.bak')).toEqual([{ kind: 'sweep', root: '/p/src', endings: null, cause: 'script' }])
  })

  test('what the agent recorded itself leaves nothing to guess', () => {
    expect(effects('python3 migrate.py && npm run format', { isRecorded: true })).toEqual([])
  })
})

describe('what surely happened', () => {
  test('a failed line may have done a part of its work', () => {
    expect(effects('rm a && false', { isError: true })).toEqual([{ kind: 'touch', path: '/p/a', cause: 'script' }])
  })

  test('what stands behind || or in a loop may not have run', () => {
    expect(effects('test -f a || rm b')).toEqual([{ kind: 'touch', path: '/p/b', cause: 'script' }])
    expect(effects('for f in a b; do rm x; done')).toEqual([{ kind: 'touch', path: '/p/x', cause: 'script' }])
  })

  test('a variable as a name can be anything', () => {
    expect(effects('rm "$f"')).toEqual([{ kind: 'sweep', root: '/p', endings: null, cause: 'script' }])
  })

  test('a commit message with quotes and brackets is no command', () => {
    const message = `git commit -m "$(cat <<'EOF'\nDon't (ever) rm "x" > y\n\n- it's\nEOF\n)" && rm z`
    expect(effects(message)).toEqual([
      { kind: 'commit', root: '/p' },
      { kind: 'delete', path: '/p/z', isTree: false },
    ])
  })

  test('text that is no shell at all is one guess', () => {
    expect(effects("echo 'open")).toEqual([{ kind: 'sweep', root: '/p', endings: null, cause: 'script' }])
  })
})
