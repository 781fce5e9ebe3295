import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

/** Colours come from tokens.css, so that one style serves dark and light and follows the switch at once. */
const highlight = HighlightStyle.define([
  { tag: [tags.comment, tags.meta, tags.processingInstruction], color: 'var(--code-comment)' },
  {
    tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword, tags.modifier, tags.self, tags.atom, tags.bool],
    color: 'var(--code-keyword)',
  },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.character], color: 'var(--code-string)' },
  { tag: [tags.number, tags.unit, tags.color, tags.escape], color: 'var(--code-number)' },
  {
    tag: [
      tags.function(tags.variableName),
      tags.function(tags.propertyName),
      tags.definition(tags.function(tags.variableName)),
      tags.attributeName,
      tags.labelName,
    ],
    color: 'var(--code-name)',
  },
  { tag: [tags.typeName, tags.className, tags.namespace, tags.tagName], color: 'var(--code-type)' },
  { tag: [tags.punctuation, tags.bracket, tags.separator, tags.operator], color: 'var(--code-punctuation)' },
  { tag: tags.heading, color: 'var(--code-name)', fontWeight: '600' },
  { tag: [tags.link, tags.url], color: 'var(--code-name)', textDecoration: 'underline' },
  { tag: tags.emphasis, fontStyle: 'italic' },
  { tag: tags.strong, fontWeight: '600' },
  { tag: tags.strikethrough, textDecoration: 'line-through' },
  { tag: tags.inserted, color: 'var(--added)' },
  { tag: tags.deleted, color: 'var(--removed)' },
])

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--code-text)', fontSize: 'var(--size-xs)' },
  '&.cm-focused': { outline: 'none' },
  '& .cm-content:focus-visible': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', fontVariantLigatures: 'none', lineHeight: '1.55' },
  '.cm-content': { padding: 'var(--space-1) 0', caretColor: 'transparent' },
  '.cm-line': { padding: '0 var(--space-3) 0 var(--space-2)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--text-faint)', border: '0' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 var(--space-2) 0 var(--space-3)', cursor: 'default' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--selection)',
  },
  '.cm-writtenLine': { backgroundColor: 'var(--added-soft)' },
  '.cm-writtenGutter': { backgroundColor: 'var(--added-soft)', color: 'var(--added)' },
  '.cm-searchMatch': { backgroundColor: 'var(--warning-soft)', outline: '1px solid var(--warning)' },
  '.cm-searchMatch-selected': { backgroundColor: 'var(--selection)' },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--text)', borderColor: 'var(--border)' },
  '.cm-panels-top': { borderBottom: '1px solid var(--border)' },
  '.cm-panel.cm-search': { padding: 'var(--space-2)' },
  '.cm-panel.cm-search label': { fontSize: 'var(--size-xs)' },
  '.cm-textfield': {
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--border-control)',
    borderRadius: 'var(--radius-sm)',
    fontSize: 'var(--size-xs)',
  },
  '.cm-button': {
    backgroundImage: 'none',
    backgroundColor: 'var(--surface)',
    border: '1px solid var(--border-control)',
    borderRadius: 'var(--radius-sm)',
    fontSize: 'var(--size-xs)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--border-strong)',
    borderRadius: 'var(--radius-md)',
    boxShadow: 'var(--shadow)',
    fontFamily: 'var(--font-sans)',
    fontSize: 'var(--size-xs)',
  },
  '.cm-writerTip': {
    display: 'flex',
    alignItems: 'center',
    gap: 'var(--space-2)',
    padding: 'var(--space-1) var(--space-2)',
  },
  '.cm-writerTip button': { color: 'var(--accent)', textDecoration: 'underline', textUnderlineOffset: '2px' },
  // The unified diff. Its own rules carry `.cm-merge-b`, so these must as well to win. The stronger colour, on which
  // every colour of code still reads, is kept for the changed words.
  '&.cm-merge-b .cm-changedLine, &.cm-merge-b .cm-inlineChangedLine': {
    backgroundColor: 'color-mix(in srgb, var(--added-soft) 50%, var(--surface))',
  },
  '&.cm-merge-b .cm-changedText': { background: 'var(--added-soft)' },
  '& .cm-deletedChunk': {
    backgroundColor: 'color-mix(in srgb, var(--removed-soft) 50%, var(--surface))',
    paddingLeft: 'var(--space-2)',
  },
  '& .cm-deletedChunk .cm-deletedText': { background: 'var(--removed-soft)' },
  '&.cm-merge-b .cm-changedLineGutter': { background: 'var(--added)' },
  '& .cm-deletedLineGutter': { background: 'var(--removed)' },
  '.cm-insertedLine, .cm-deletedLine, .cm-deletedLine del': { textDecoration: 'none' },
  '& .cm-collapsedLines': {
    background: 'var(--sunken)',
    color: 'var(--text-muted)',
    fontFamily: 'var(--font-sans)',
    padding: 'var(--space-half) var(--space-3)',
    borderBlock: '1px solid var(--border)',
    '&:before, &:after': { content: 'none' },
  },
})

/** How code looks: type, colours, gutters, diff. */
export const codeTheme = [look, syntaxHighlighting(highlight)]
