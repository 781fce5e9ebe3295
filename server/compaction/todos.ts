import { type Candidate, type Collector, cutLine, type Told } from './candidate.ts'
import { listField, textField } from './field.ts'
import { sentencesOf } from './sentences.ts'

interface Task {
  text: string
  status: string
  seq: number
  eventId: string
}

/** Answers at the end of a stretch in which open work is looked for. */
const LAST_ANSWERS = 4

const OPEN_BOX = /^\s*(?:[-*+]|\d+[.)])?\s*(?:\[ \]|☐|◻)\s+(.{3,})$/
const STILL_OPEN =
  /\b(?:TODO|FIXME|next steps?|remaining|still (?:need|have|to do|open|missing|pending)|left to do|not yet (?:done|implemented|handled|tested|committed)|follow-?up|pending|needs? to be (?:done|updated|fixed|added)|noch (?:offen|zu tun|nicht)|als nächstes|fehlt noch|à faire|pendiente)\b/i

/** Work that was open: the agent's own list as it stood last, unchecked boxes and announced next steps. */
export class Todos implements Collector {
  /** By the agent's id of a task; a list that is written as a whole replaces all. Lives on over compactions. */
  #tasks = new Map<string, Task>()
  #creating = new Map<string, Task>()
  #answers: Told[] = []

  take(event: Told): void {
    if (event.branch > 0) return
    if (event.kind === 'answer' && event.text !== null) {
      this.#answers.push(event)
      if (this.#answers.length > LAST_ANSWERS) this.#answers.shift()
    }
    if (event.kind === 'tool_call' && event.tool) this.#takeCall(event, event.tool)
    if (event.kind === 'tool_result' && event.result) this.#takeResult(event, event.result.callId)
  }

  found(): Candidate[] {
    const open = [...this.#tasks.values()].filter((task) => !/^(?:completed|done|deleted|cancelled)$/.test(task.status))
    const found = open.map((task): Candidate => ({
      kind: 'todo',
      seq: task.seq,
      eventId: task.eventId,
      text: cutLine(task.text, 300),
      detail: task.status === 'in_progress' ? 'in progress' : 'not begun',
      importance: task.status === 'in_progress' ? 0.92 : 0.84,
    }))
    for (const answer of this.#answers) found.push(...openIn(answer, answer === this.#answers.at(-1)))
    return found
  }

  begin(): void {
    this.#answers = []
  }

  #takeCall(event: Told, tool: { id: string; name: string; input: unknown }): void {
    const todos = listField(tool.input, 'todos', 'newTodos', 'plan')
    if (/^(?:TodoWrite|update_plan|write_todos)$/i.test(tool.name)) {
      this.#tasks.clear()
      todos.forEach((todo, index) => {
        const text = textField(todo, 'content', 'step', 'text', 'description')
        if (text === null) return
        const status = textField(todo, 'status') ?? 'pending'
        this.#tasks.set(`list-${index}`, { text, status, seq: event.seq, eventId: event.id })
      })
    }
    if (tool.name === 'TaskCreate') {
      const text = textField(tool.input, 'subject', 'description')
      if (text !== null) this.#creating.set(tool.id, { text, status: 'pending', seq: event.seq, eventId: event.id })
    }
    if (tool.name === 'TaskUpdate') {
      const task = this.#tasks.get(textField(tool.input, 'taskId', 'id') ?? '')
      const status = textField(tool.input, 'status')
      if (task && status !== null) Object.assign(task, { status, seq: event.seq, eventId: event.id })
    }
  }

  /** The number of a new task is told by its result. */
  #takeResult(event: Told, callId: string): void {
    const task = this.#creating.get(callId)
    if (!task) return
    this.#creating.delete(callId)
    const id = /#(\w+)/.exec(event.text ?? '')?.[1]
    if (id !== undefined) this.#tasks.set(id, task)
  }
}

function openIn(answer: Told, isLast: boolean): Candidate[] {
  const found: Candidate[] = []
  const add = (text: string, importance: number) =>
    found.push({
      kind: 'todo',
      seq: answer.seq,
      eventId: answer.id,
      text: cutLine(text, 300),
      detail: null,
      importance,
    })
  for (const line of (answer.text ?? '').split('\n')) {
    const box = OPEN_BOX.exec(line)?.[1]
    if (box !== undefined) add(box, 0.8)
  }
  for (const { text, next } of sentencesOf(answer.text ?? '')) {
    if (text.length < 20 || !STILL_OPEN.test(text) || /^\[ \]/.test(text)) continue
    add(next !== null && /[:：]\**$/.test(text) ? `${text} ${next}` : text, isLast ? 0.75 : 0.62)
  }
  return found.slice(0, 20)
}
