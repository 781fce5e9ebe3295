import { structuredPatch } from 'diff'

/** The files of an invented machine, by absolute path. */
export type Disk = Map<string, string>

/** What running a call gave: the text that the model saw, and the structured result beside it. */
export interface CallResult {
  text: string | Record<string, unknown>[]
  detail: unknown
  isError: boolean
}

/** Where a call runs. */
export interface Place {
  disk: Disk
  cwd: string
}

/** A tool call of a story; `perform` changes the disk and says what came back. */
export interface Call {
  name: string
  input(place: Place): Record<string, unknown>
  perform(place: Place): CallResult
}

/** Reads a file, whole or from a line on. */
export function read(path: string, range?: { offset: number; limit: number }): Call {
  return {
    name: 'Read',
    input: ({ cwd }) => ({ file_path: at(cwd, path), ...range }),
    perform: ({ disk, cwd }) => {
      const content = disk.get(at(cwd, path))
      if (content === undefined) return failed('File does not exist.')
      const all = content.split('\n')
      const start = range?.offset ?? 1
      const lines = range === undefined ? all : all.slice(start - 1, start - 1 + range.limit)
      const file = {
        filePath: at(cwd, path),
        content: lines.join('\n'),
        numLines: lines.length,
        startLine: start,
        totalLines: all.length,
      }
      return good(numbered(lines, start), { type: 'text', file })
    },
  }
}

/** Looks at a picture. */
export function look(path: string, png: Buffer, size: { width: number; height: number }): Call {
  const base64 = png.toString('base64')
  return {
    name: 'Read',
    input: ({ cwd }) => ({ file_path: at(cwd, path) }),
    perform: () => ({
      text: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } }],
      detail: {
        type: 'image',
        file: {
          base64,
          type: 'image/png',
          originalSize: png.length,
          dimensions: {
            originalWidth: size.width,
            originalHeight: size.height,
            displayWidth: size.width,
            displayHeight: size.height,
          },
        },
      },
      isError: false,
    }),
  }
}

/** Creates or replaces a file. */
export function write(path: string, content: string): Call {
  return {
    name: 'Write',
    input: ({ cwd }) => ({ file_path: at(cwd, path), content }),
    perform: ({ disk, cwd }) => {
      const file = at(cwd, path)
      const before = disk.get(file)
      disk.set(file, content)
      return good(
        before === undefined
          ? `File created successfully at: ${file}`
          : `The file ${file} has been updated successfully.`,
        {
          type: before === undefined ? 'create' : 'update',
          filePath: file,
          content,
          structuredPatch: before === undefined ? [] : hunksOf(file, before, content),
          originalFile: before ?? null,
          userModified: false,
        },
      )
    },
  }
}

/** Replaces a text that stands exactly once; where it does not, the call fails as the agent's own tool would. */
export function edit(path: string, from: string, to: string): Call {
  return {
    name: 'Edit',
    input: ({ cwd }) => ({ file_path: at(cwd, path), old_string: from, new_string: to, replace_all: false }),
    perform: ({ disk, cwd }) => {
      const file = at(cwd, path)
      const before = disk.get(file)
      if (before === undefined) return failed('File does not exist.')
      const found = before.split(from).length - 1
      if (found === 0) return failed(`String to replace not found in file.\nString: ${from}`)
      if (found > 1) return failed(`Found ${found} matches of the string to replace, but replace_all is false.`)
      const after = before.replace(from, () => to)
      disk.set(file, after)
      return good(`The file ${file} has been updated successfully.`, {
        filePath: file,
        oldString: from,
        newString: to,
        originalFile: before,
        structuredPatch: hunksOf(file, before, after),
        userModified: false,
        replaceAll: false,
      })
    },
  }
}

/** What a command did and said. */
export interface Ran {
  output?: string
  /** 0 when left out. */
  exit?: number
  /** Files that the command wrote, or deleted where null. */
  files?: Record<string, string | null>
  /** Whether the agent recorded what the command changed, as its newer versions do. */
  recordsChanges?: boolean
  interrupted?: boolean
}

/** Runs a command. */
export function bash(command: string, description: string, ran: Ran = {}): Call {
  return {
    name: 'Bash',
    input: () => ({ command, description }),
    perform: ({ disk, cwd }) => {
      const changes = applyFiles(disk, cwd, ran.files ?? {})
      const output = ran.output ?? ''
      if ((ran.exit ?? 0) !== 0) return failed(`Exit code ${ran.exit}\n${output}`, `Exit code ${ran.exit}\n${output}`)
      const detail = {
        stdout: output,
        stderr: '',
        interrupted: ran.interrupted ?? false,
        isImage: false,
        noOutputExpected: output === '',
      }
      return good(output, ran.recordsChanges === true ? { ...detail, bashEditDiff: changes } : detail)
    },
  }
}

/** Searches file contents. */
export function grep(pattern: string, hits: readonly string[]): Call {
  const content = hits.join('\n')
  return {
    name: 'Grep',
    input: ({ cwd }) => ({ pattern, path: cwd, output_mode: 'content', '-n': true }),
    perform: () =>
      good(content === '' ? 'No matches found' : content, {
        mode: 'content',
        numFiles: 0,
        filenames: [],
        content,
        numLines: hits.length,
      }),
  }
}

/** Keeps a list of what is to be done: `[x]` done, `[>]` in work, `[ ]` open. */
export function todo(before: readonly string[], after: readonly string[]): Call {
  return {
    name: 'TodoWrite',
    input: () => ({ todos: after.map(todoItem) }),
    perform: () =>
      good('Todos have been modified successfully.', {
        oldTodos: before.map(todoItem),
        newTodos: after.map(todoItem),
      }),
  }
}

/** A call that the person refused. */
export function refused(call: Call): Call {
  const text =
    'The user does not want to take this action right now. STOP and wait for the user to tell you how to go on.'
  return { ...call, perform: () => ({ text, detail: 'User rejected tool use', isError: true }) }
}

/** The path as the agent records it. */
export function at(cwd: string, path: string): string {
  return path.startsWith('/') ? path : `${cwd}/${path}`
}

function good(text: string, detail: unknown): CallResult {
  return { text, detail, isError: false }
}

function failed(reason: string, text = `<tool_use_error>${reason}</tool_use_error>`): CallResult {
  return { text, detail: `Error: ${reason}`, isError: true }
}

function numbered(lines: readonly string[], start: number): string {
  return lines.map((line, index) => `${String(start + index).padStart(6)}→${line}`).join('\n')
}

function hunksOf(path: string, before: string, after: string): unknown[] {
  return structuredPatch(path, path, before, after, '', '', { context: 3 }).hunks
}

function applyFiles(disk: Disk, cwd: string, files: Record<string, string | null>): Record<string, unknown> {
  const entries = Object.entries(files).map(([path, after]) => {
    const file = at(cwd, path)
    const before = disk.get(file)
    if (after === null) disk.delete(file)
    else disk.set(file, after)
    return {
      filePath: file,
      hunks: hunksOf(file, before ?? '', after ?? ''),
      ...(before === undefined ? { created: true } : {}),
      ...(after === null ? { deleted: true } : {}),
    }
  })
  return { files: entries, moreFiles: 0, changedFiles: entries.map((entry) => entry.filePath) }
}

function todoItem(line: string): Record<string, string> {
  const status = line.startsWith('[x]') ? 'completed' : line.startsWith('[>]') ? 'in_progress' : 'pending'
  return { content: line.slice(4), status, activeForm: line.slice(4) }
}
