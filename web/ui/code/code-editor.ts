import { bracketMatching, codeFolding, foldGutter } from '@codemirror/language'
import { getChunks, unifiedMergeView } from '@codemirror/merge'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, type Extension, type StateEffect } from '@codemirror/state'
import { drawSelection, EditorView, highlightSpecialChars, hoverTooltip, keymap, lineNumbers } from '@codemirror/view'
import { docChanges } from './doc-changes.ts'
import { languageOf, loadLanguage } from './languages.ts'
import { markChips } from './mark-chips.ts'
import { codeTheme } from './theme.ts'
import { markWritten, writtenLines, type LineRanges } from './written-lines.ts'

/** Who wrote a line, as a sentence, and how to go there. */
export interface LineWriter {
  label: string
  jump: (() => void) | null
}

/** What the editor shows. */
export interface CodeDocument {
  path: string
  text: string
  /** The text to compare with; null shows the content alone. */
  original: string | null
  written: LineRanges
  /** True while one moment follows another by the frame: then a new file is not highlighted yet. */
  isPassing: boolean
}

interface CodeEditorOptions {
  parent: HTMLElement
  /** The writer of a line, counted from 1. */
  writerOf: (line: number) => LineWriter | null
}

/** Above this many characters a diff is not folded to its changes, and deletions are not highlighted. */
const LARGE = 400_000

/**
 * A read-only editor that follows a file through time. A new content of the same file arrives as its changes, so that
 * scroll position, folds and what was parsed stay.
 */
export class CodeEditor {
  #view: EditorView
  #language = new Compartment()
  #merge = new Compartment()
  #options: CodeEditorOptions
  #shown: CodeDocument | undefined
  #highlighted: string | undefined

  constructor(options: CodeEditorOptions) {
    this.#options = options
    this.#view = new EditorView({ parent: options.parent, state: this.#newState() })
  }

  show(document: CodeDocument): void {
    const before = this.#shown
    this.#shown = document
    const isOther = before?.path !== document.path
    const isSameText = !isOther && before.text === document.text
    const isSameDiff = isSameText && before.original === document.original
    // What a comparison keeps of its old side would stay in the next one.
    if (before && before.original !== null && !isSameDiff) this.#view.dispatch({ effects: this.#merge.reconfigure([]) })
    const effects: StateEffect<unknown>[] = []
    if (isOther && this.#highlighted !== undefined) {
      this.#highlighted = undefined
      effects.push(this.#language.reconfigure([]))
    }
    if (document.original !== null && !isSameDiff) effects.push(this.#merge.reconfigure(mergeWith(document.original)))
    if (!isSameDiff || before.written !== document.written) {
      effects.push(markWritten(document.original === null ? document.written : []))
    }
    const length = this.#view.state.doc.length
    if (isOther) {
      // A new state would build every part of the editor again, which takes longer than a frame of a drag.
      const changes = { from: 0, to: length, insert: document.text }
      this.#view.dispatch({ changes, effects, selection: { anchor: 0 } })
      this.#view.scrollDOM.scrollTop = 0
    } else {
      const changes = docChanges(before.text, document.text)
      if (changes.length > 0 || effects.length > 0) this.#view.dispatch({ changes, effects })
    }
    if (!document.isPassing) void this.#highlight(document.path)
  }

  /** Brings the first changed line into view unless one already is. */
  revealChange(): void {
    const at = this.#firstChange()
    if (at === undefined) return
    const top = this.#view.lineBlockAt(at).top
    const { scrollTop, clientHeight } = this.#view.scrollDOM
    if (top >= scrollTop && top < scrollTop + clientHeight - 40) return
    this.#view.dispatch({ effects: EditorView.scrollIntoView(at, { y: 'start', yMargin: 80 }) })
  }

  destroy(): void {
    this.#view.destroy()
  }

  #firstChange(): number | undefined {
    const { state } = this.#view
    if (this.#shown?.original !== null) return getChunks(state)?.chunks[0]?.fromB
    const line = this.#shown.written[0]?.[0]
    return line === undefined || line > state.doc.lines ? undefined : state.doc.line(Math.max(1, line)).from
  }

  async #highlight(path: string): Promise<void> {
    if (this.#highlighted === path) return
    this.#highlighted = path
    const name = languageOf(path)
    if (!name) return
    const support = await loadLanguage(name)
    if (this.#shown?.path === path) this.#view.dispatch({ effects: this.#language.reconfigure(support) })
  }

  #newState(): EditorState {
    return EditorState.create({
      extensions: [
        this.#readOnly(),
        lineNumbers({ domEventHandlers: { click: (view, line) => this.#jumpToWriter(view, line.from) } }),
        codeFolding(),
        foldGutter({ openText: '⌄', closedText: '›' }),
        highlightSpecialChars(),
        drawSelection({ cursorBlinkRate: 0 }),
        bracketMatching(),
        highlightSelectionMatches(),
        search({ top: true }),
        keymap.of(searchKeymap),
        writtenLines,
        markChips,
        this.#writerTip(),
        this.#language.of([]),
        this.#merge.of([]),
        codeTheme,
      ],
    })
  }

  #readOnly(): Extension {
    return [
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      EditorView.contentAttributes.of(() => ({
        'aria-label': this.#shown ? `Content of ${this.#shown.path}` : 'Code',
        'aria-readonly': 'true',
        tabindex: '0',
        spellcheck: 'false',
      })),
      // Inside the code the arrows scroll; elsewhere they move through the session.
      EditorView.domEventHandlers({
        keydown: (event) => {
          if (/^(Arrow|Page|Home|End)/.test(event.key)) event.stopPropagation()
          return false
        },
      }),
    ]
  }

  #writerTip(): Extension {
    return hoverTooltip(
      (view, position) => {
        const line = view.state.doc.lineAt(position)
        const writer = this.#options.writerOf(line.number)
        if (!writer) return null
        return { pos: line.from, above: true, create: () => ({ dom: drawWriter(writer) }) }
      },
      { hoverTime: 250 },
    )
  }

  #jumpToWriter(view: EditorView, position: number): boolean {
    const jump = this.#options.writerOf(view.state.doc.lineAt(position).number)?.jump
    jump?.()
    return Boolean(jump)
  }
}

function mergeWith(original: string): Extension {
  const isLarge = original.length > LARGE
  return unifiedMergeView({
    original,
    mergeControls: false,
    gutter: true,
    syntaxHighlightDeletions: !isLarge,
    diffConfig: { scanLimit: 500, timeout: 60 },
    ...(isLarge ? {} : { collapseUnchanged: { margin: 3, minSize: 6 } }),
  })
}

function drawWriter(writer: LineWriter): HTMLElement {
  const tip = document.createElement('div')
  tip.className = 'cm-writerTip'
  const text = document.createElement('span')
  text.textContent = writer.label
  tip.append(text)
  const { jump } = writer
  if (jump) {
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = 'Go there'
    button.addEventListener('click', jump)
    tip.append(button)
  }
  return tip
}
