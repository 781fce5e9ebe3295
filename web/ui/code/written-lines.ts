import { RangeSet, StateEffect, StateField, type EditorState, type Range } from '@codemirror/state'
import { Decoration, EditorView, GutterMarker, gutterLineClass, type DecorationSet } from '@codemirror/view'

/** Line ranges, from 1, both ends inclusive. */
export type LineRanges = readonly (readonly [number, number])[]

const setWritten = StateEffect.define<LineRanges>()
const writtenLine = Decoration.line({ class: 'cm-writtenLine' })

class WrittenGutter extends GutterMarker {
  override elementClass = 'cm-writtenGutter'
}
const writtenGutter = new WrittenGutter()

interface Written {
  lines: DecorationSet
  gutter: RangeSet<GutterMarker>
}

const NONE: Written = { lines: Decoration.none, gutter: RangeSet.empty }

const field = StateField.define<Written>({
  create: () => NONE,
  update(value, transaction) {
    let next = value
    if (transaction.docChanged && value !== NONE) {
      next = { lines: value.lines.map(transaction.changes), gutter: value.gutter.map(transaction.changes) }
    }
    for (const effect of transaction.effects) {
      if (effect.is(setWritten)) next = mark(transaction.state, effect.value)
    }
    return next
  },
  provide: (self) => [
    EditorView.decorations.from(self, (value) => value.lines),
    gutterLineClass.from(self, (value) => value.gutter),
  ],
})

function mark(state: EditorState, ranges: LineRanges): Written {
  const starts: number[] = []
  for (const [from, to] of ranges) {
    for (let line = Math.max(1, from); line <= Math.min(to, state.doc.lines); line++)
      starts.push(state.doc.line(line).from)
  }
  // Where most of a file is new, colour behind every line says nothing and tires the eye: the gutter says it.
  const isMost = starts.length > state.doc.lines / 2
  const lines: Range<Decoration>[] = isMost ? [] : starts.map((at) => writtenLine.range(at))
  const gutter: Range<GutterMarker>[] = starts.map((at) => writtenGutter.range(at))
  return { lines: Decoration.set(lines, true), gutter: RangeSet.of(gutter, true) }
}

/** Marks the lines that the last change wrote. */
export const writtenLines = field

/** The effect that says which lines those are. */
export function markWritten(ranges: LineRanges): StateEffect<LineRanges> {
  return setWritten.of(ranges)
}
