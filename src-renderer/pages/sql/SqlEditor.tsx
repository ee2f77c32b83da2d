import { SQLite, sql } from '@codemirror/lang-sql'
import { EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { basicSetup } from 'codemirror'
import { useEffect, useRef } from 'react'
import type { SqlTable } from '../../../shared/api/sql.ts'
import editorClasses from '../../components/editor/JsonEditor.module.css'
import classes from './Sql.module.css'
import { sqlColours } from './sqlColours.ts'

interface SqlEditorProps {
  /** The text, as far as it was not typed here. */
  readonly text: string
  readonly tables: readonly SqlTable[]
  readonly onChange: (text: string) => void
  readonly onRun: () => void
}

/** An editor of SQL that knows the lab's tables and columns. Loaded when it is first needed. */
export default function SqlEditor({ text, tables, onChange, onRun }: SqlEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<EditorView>(null)
  const latest = useRef({ onChange, onRun })
  useEffect(() => {
    latest.current = { onChange, onRun }
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once for its tables; the text is handed to it below.
  useEffect(() => {
    if (place.current === null) return
    const schema = Object.fromEntries(
      tables.map(({ name, columns }) => [name, columns.map((one) => one.name)]),
    )
    const run = () => {
      latest.current.onRun()
      return true
    }
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])),
          basicSetup,
          sql({ dialect: SQLite, schema }),
          sqlColours,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'SQL statement', spellcheck: 'false' }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) latest.current.onChange(state.doc.toString())
          }),
        ],
      }),
    })
    editor.current = view
    return () => view.destroy()
  }, [tables])
  useEffect(() => {
    const view = editor.current
    if (view === null || view.state.doc.toString() === text) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
  }, [text])
  return <div ref={place} className={`${editorClasses.editor} ${classes.editor}`} />
}
