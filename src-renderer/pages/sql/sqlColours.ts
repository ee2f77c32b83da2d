import { SQLite } from '@codemirror/lang-sql'
import type { Range } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view'

/* The parts of SQL by classes of our own, whose colours Sql.module.css has for the light and for the dark. */

const mark = (name: string): Decoration => Decoration.mark({ class: name })

/** By the names of the grammar's nodes. */
const marks: Readonly<Record<string, Decoration>> = {
  Keyword: mark('sql-keyword'),
  Type: mark('sql-keyword'),
  Bool: mark('sql-keyword'),
  Null: mark('sql-keyword'),
  Number: mark('sql-number'),
  String: mark('sql-text'),
  LineComment: mark('sql-comment'),
  BlockComment: mark('sql-comment'),
}

/** Of the whole text: a statement is short. */
function colour({ state }: EditorView): DecorationSet {
  const found: Range<Decoration>[] = []
  SQLite.language.parser.parse(state.doc.toString()).iterate({
    enter({ name, from, to }) {
      const part = marks[name]
      if (part !== undefined && to > from) found.push(part.range(from, to))
    },
  })
  return Decoration.set(found)
}

export const sqlColours = ViewPlugin.fromClass(
  class {
    decorations
    constructor(view: EditorView) {
      this.decorations = colour(view)
    }
    update({ docChanged, view }: ViewUpdate): void {
      if (docChanged) this.decorations = colour(view)
    }
  },
  { decorations: ({ decorations }) => decorations },
)
