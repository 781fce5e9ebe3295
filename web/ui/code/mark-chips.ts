import {
  Decoration,
  type DecorationSet,
  type EditorView,
  MatchDecorator,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'
import { markAttributes, MARKS } from '../marks/secret-marks.ts'

const decorator = new MatchDecorator({
  regexp: MARKS,
  decoration: ([, kind = '', tag = '']) => {
    const { class: className = '', ...attributes } = markAttributes({ kind, tag })
    // The editor takes no links into its lines: this is one by its role.
    const { href: _, ...rest } = attributes
    return Decoration.mark({ class: className, attributes: { ...rest, role: 'link', tabindex: '0' } })
  },
})

/** Shows what stands in the place of secrets as chips. The text stays as it is. */
export const markChips = ViewPlugin.fromClass(
  class {
    marks: DecorationSet

    constructor(view: EditorView) {
      this.marks = decorator.createDeco(view)
    }

    update(update: ViewUpdate): void {
      this.marks = decorator.updateDeco(update, this.marks)
    }
  },
  { decorations: ({ marks }) => marks },
)
