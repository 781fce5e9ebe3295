import { LanguageSupport, StreamLanguage, type StreamParser } from '@codemirror/language'

type Load = () => Promise<LanguageSupport>

const stream = async (parser: Promise<StreamParser<unknown>>) =>
  new LanguageSupport(StreamLanguage.define(await parser))

const javascript =
  (options: { jsx?: boolean; typescript?: boolean }): Load =>
  async () =>
    (await import('@codemirror/lang-javascript')).javascript(options)

const clike = (name: 'c' | 'cpp' | 'java' | 'csharp' | 'kotlin' | 'scala' | 'dart' | 'objectiveC'): Load => {
  return () => stream(import('@codemirror/legacy-modes/mode/clike').then((mode) => mode[name]))
}

/** Each language, fetched when a file of it is first opened. */
const loaders = {
  ts: javascript({ typescript: true }),
  tsx: javascript({ typescript: true, jsx: true }),
  js: javascript({ jsx: true }),
  css: async () => (await import('@codemirror/lang-css')).css(),
  html: async () => (await import('@codemirror/lang-html')).html(),
  json: async () => (await import('@codemirror/lang-json')).json(),
  markdown: async () => (await import('@codemirror/lang-markdown')).markdown(),
  python: async () => (await import('@codemirror/lang-python')).python(),
  go: async () => (await import('@codemirror/lang-go')).go(),
  rust: async () => (await import('@codemirror/lang-rust')).rust(),
  yaml: async () => (await import('@codemirror/lang-yaml')).yaml(),
  shell: () => stream(import('@codemirror/legacy-modes/mode/shell').then((mode) => mode.shell)),
  toml: () => stream(import('@codemirror/legacy-modes/mode/toml').then((mode) => mode.toml)),
  ruby: () => stream(import('@codemirror/legacy-modes/mode/ruby').then((mode) => mode.ruby)),
  swift: () => stream(import('@codemirror/legacy-modes/mode/swift').then((mode) => mode.swift)),
  lua: () => stream(import('@codemirror/legacy-modes/mode/lua').then((mode) => mode.lua)),
  docker: () => stream(import('@codemirror/legacy-modes/mode/dockerfile').then((mode) => mode.dockerFile)),
  diff: () => stream(import('@codemirror/legacy-modes/mode/diff').then((mode) => mode.diff)),
  sql: () => stream(import('@codemirror/legacy-modes/mode/sql').then((mode) => mode.standardSQL)),
  ini: () => stream(import('@codemirror/legacy-modes/mode/properties').then((mode) => mode.properties)),
  xml: () => stream(import('@codemirror/legacy-modes/mode/xml').then((mode) => mode.xml)),
  c: clike('c'),
  cpp: clike('cpp'),
  java: clike('java'),
  csharp: clike('csharp'),
  kotlin: clike('kotlin'),
  scala: clike('scala'),
  dart: clike('dart'),
  objectiveC: clike('objectiveC'),
} satisfies Record<string, Load>

export type LanguageName = keyof typeof loaders

const extensions: Record<string, LanguageName> = {
  ...{ ts: 'ts', mts: 'ts', cts: 'ts', tsx: 'tsx', js: 'js', mjs: 'js', cjs: 'js', jsx: 'js' },
  ...{ css: 'css', scss: 'css', less: 'css', html: 'html', htm: 'html', svelte: 'html', vue: 'html', astro: 'html' },
  ...{ json: 'json', jsonc: 'json', jsonl: 'json', json5: 'json', md: 'markdown', mdx: 'markdown', mdc: 'markdown' },
  ...{ py: 'python', pyi: 'python', ipynb: 'json', go: 'go', rs: 'rust', yaml: 'yaml', yml: 'yaml' },
  ...{ sh: 'shell', bash: 'shell', zsh: 'shell', fish: 'shell', toml: 'toml', lock: 'toml', rb: 'ruby', rake: 'ruby' },
  ...{ swift: 'swift', lua: 'lua', dockerfile: 'docker', diff: 'diff', patch: 'diff', sql: 'sql' },
  ...{ ini: 'ini', cfg: 'ini', conf: 'ini', env: 'ini', properties: 'ini', xml: 'xml', svg: 'xml', plist: 'xml' },
  ...{ c: 'c', h: 'c', cc: 'cpp', cpp: 'cpp', cxx: 'cpp', hpp: 'cpp', hh: 'cpp', java: 'java', cs: 'csharp' },
  ...{ kt: 'kotlin', kts: 'kotlin', scala: 'scala', dart: 'dart', m: 'objectiveC', mm: 'objectiveC' },
}

const names: Record<string, LanguageName> = {
  ...{ dockerfile: 'docker', containerfile: 'docker', gemfile: 'ruby', rakefile: 'ruby', '.bashrc': 'shell' },
  ...{ '.zshrc': 'shell', '.profile': 'shell', '.env': 'ini', '.editorconfig': 'ini', '.gitconfig': 'ini' },
  ...{ '.prettierrc': 'json', '.babelrc': 'json', '.eslintrc': 'json' },
}

/** The language of a file by its name; undefined when it is plain text to us. */
export function languageOf(path: string): LanguageName | undefined {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase()
  const known = Object.hasOwn(names, name) ? names[name] : undefined
  if (known) return known
  const extension = name.slice(name.lastIndexOf('.') + 1)
  return Object.hasOwn(extensions, extension) ? extensions[extension] : undefined
}

const loaded = new Map<LanguageName, Promise<LanguageSupport>>()

/** Fetches a language once. */
export function loadLanguage(name: LanguageName): Promise<LanguageSupport> {
  const known = loaded.get(name)
  if (known) return known
  const support = loaders[name]()
  loaded.set(name, support)
  return support
}
