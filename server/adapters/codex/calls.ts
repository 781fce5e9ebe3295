import type { FileOp } from '../../code-state/file-op.ts'
import { isShape, listOf, shapeOf, textOf, type Shape } from '../shared/shape.ts'
import type { Draft } from '../shared/drafts.ts'
import { patchInShell, patchOps, pathsIn } from './patch.ts'
import { placeOf } from './places.ts'
import { oneLine, parsedShape } from './texts.ts'

/** Fields that tell best what a call is about. */
const TELLING_FIELDS = [
  'cmd',
  'command',
  'path',
  'file_path',
  'query',
  'pattern',
  'url',
  'message',
  'task_name',
  'plan',
]

/** Tools that run a command in a shell. */
const SHELLS: readonly string[] = ['shell', 'shell_command', 'exec_command', 'container.exec', 'local_shell']

/** The event of a call as it is sent to the API; null for an item that is none. */
export function callDraft(item: Shape, fallbackId: string, folder: string | null): Draft | null {
  const id = textOf(item['call_id']) ?? textOf(item['id']) ?? fallbackId
  switch (item['type']) {
    case 'function_call':
      return functionCall(item, id, folder)
    case 'custom_tool_call': {
      const name = nameOf(item)
      const input = textOf(item['input']) ?? ''
      const isPatch = name === 'apply_patch'
      const summary = isPatch ? pathsIn(input).join(', ') : input
      return toolCall({ id, name, summary, input, fileOps: isPatch ? patchOps(input, folder) : [] })
    }
    case 'local_shell_call': {
      const action = shapeOf(item['action'])
      const shell = { command: action['command'], workdir: action['working_directory'] }
      return shellCall({ id, name: 'local_shell', input: action, shell, folder })
    }
    case 'web_search_call':
      return toolCall({ id, name: 'web_search', summary: searchedFor(item['action']), input: item['action'] ?? null })
    case 'tool_search_call':
      return toolCall({ id, name: 'tool_search', summary: tellingField(parsedShape(item['arguments'])), input: item })
    case 'image_generation_call':
      return toolCall({ id, name: 'image_generation', summary: textOf(item['revised_prompt']) ?? '', input: null })
    default:
      return null
  }
}

/** A call of a tool that runs a command; what it did to files is understood from the command. */
export function shellCall(call: {
  id: string
  name: string
  input: unknown
  shell: { command: unknown; workdir: unknown }
  folder: string | null
}): Draft {
  const command = commandText(call.shell.command)
  const cwd = placeOf(textOf(call.shell.workdir) ?? '.', call.folder)
  const fileOps = command === null ? [] : commandOps(command, cwd)
  return toolCall({ id: call.id, name: call.name, summary: command ?? '', input: call.input, fileOps })
}

/** The event of a call that stands nowhere else. */
export function toolCall(call: {
  id: string
  name: string
  summary: string
  input: unknown
  fileOps?: FileOp[]
}): Draft {
  const { id, name, input, fileOps = [] } = call
  return {
    id,
    kind: 'tool_call',
    tool: { id, name, summary: oneLine(call.summary), input, subagentId: null },
    fileOps,
  }
}

/** A line that says what the arguments of a call are about. */
export function tellingField(args: Shape): string {
  for (const field of TELLING_FIELDS) {
    const value = textOf(args[field])
    if (value !== null) return value
  }
  for (const value of Object.values(args)) if (typeof value === 'string' && value !== '') return value
  return ''
}

/** A command as it would be typed: what a shell is told with `-c`, else its words. */
export function commandText(command: unknown): string | null {
  if (typeof command === 'string') return command === '' ? null : command
  const words = listOf(command).filter((word) => typeof word === 'string')
  const isShell = /(?:^|[\\/])(?:ba|z|da|k)?sh$/.test(words[0] ?? '') && /^-l?c$/.test(words[1] ?? '')
  if (isShell && words.length === 3) return words[2] ?? null
  if (words[0] === 'apply_patch' && words.length === 2) return `apply_patch <<'EOF'\n${words[1] ?? ''}\nEOF`
  return words.length === 0 ? null : words.map((word) => (/^[\w./:=@%+-]+$/.test(word) ? word : quoted(word))).join(' ')
}

function functionCall(item: Shape, id: string, folder: string | null): Draft {
  const name = nameOf(item)
  const args = parsedShape(item['arguments'])
  const input = isShape(item['arguments']) || Object.keys(args).length > 0 ? args : (item['arguments'] ?? null)
  const own = textOf(item['name']) ?? ''
  if (SHELLS.includes(own)) {
    const shell = { command: args['cmd'] ?? args['command'], workdir: args['workdir'] ?? args['cwd'] }
    return shellCall({ id, name, input, shell, folder })
  }
  if (own === 'apply_patch') {
    const patch = textOf(args['input']) ?? textOf(args['patch']) ?? ''
    return toolCall({ id, name, summary: pathsIn(patch).join(', '), input, fileOps: patchOps(patch, folder) })
  }
  return toolCall({ id, name, summary: tellingField(args), input })
}

function commandOps(command: string, cwd: string | null): FileOp[] {
  const patch = patchInShell(command)
  if (patch !== null) return patchOps(patch.patch, patch.folder === null ? cwd : placeOf(patch.folder, cwd))
  return cwd === null ? [{ op: 'opaque', command, touches: 'anything' }] : [{ op: 'run', command, cwd }]
}

/** Tools of a server have its name before their own: `mcp__demo` and `echo`. */
function nameOf(item: Shape): string {
  const name = textOf(item['name']) ?? 'unknown'
  const space = textOf(item['namespace'])
  return space?.startsWith('mcp__') === true ? `${space}__${name}` : name
}

function searchedFor(action: unknown): string {
  const { query, queries, url, pattern } = shapeOf(action)
  return textOf(query) ?? textOf(listOf(queries)[0]) ?? textOf(url) ?? textOf(pattern) ?? ''
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
