import { Decoration, type EditorView, MatchDecorator, ViewPlugin, type ViewUpdate } from '@codemirror/view'

/* The parts of JSON by classes of our own, whose colours JsonEditor.module.css has for the light and for the dark. */

const part = {
  key: Decoration.mark({ class: 'json-key' }),
  text: Decoration.mark({ class: 'json-text' }),
  number: Decoration.mark({ class: 'json-number' }),
  word: Decoration.mark({ class: 'json-word' }),
}

function partOf(found: string): Decoration {
  if (found.startsWith('"')) return found.endsWith(':') ? part.key : part.text
  return /^[-\d]/.test(found) ? part.number : part.word
}

const parts = new MatchDecorator({
  regexp: /"(?:[^"\\]|\\.)*"(?:\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g,
  decoration: ([found]) => partOf(found),
})

export const jsonColours = ViewPlugin.fromClass(
  class {
    decorations
    constructor(view: EditorView) {
      this.decorations = parts.createDeco(view)
    }
    update(update: ViewUpdate): void {
      this.decorations = parts.updateDeco(update, this.decorations)
    }
  },
  { decorations: ({ decorations }) => decorations },
)
