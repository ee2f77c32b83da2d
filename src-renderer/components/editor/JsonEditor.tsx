import { json, jsonParseLinter } from '@codemirror/lang-json'
import { linter, lintGutter } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { basicSetup, EditorView } from 'codemirror'
import { useEffect, useRef } from 'react'
import classes from './JsonEditor.module.css'
import { jsonColours } from './jsonColours.ts'

export interface JsonEditorProps {
  readonly label: string
  /** The text, as far as it was not typed here: another one replaces what stands in the editor. */
  readonly text: string
  readonly onChange: (text: string) => void
  readonly isWrong: boolean
  /** The id of the element that says what is wrong. */
  readonly describedBy: string
}

/**
 * An editor of JSON: brackets, folding, search, undo, and the place where the text stops being JSON. Loaded when it is
 * first needed (LazyJsonEditor.tsx).
 */
export default function JsonEditor({ label, text, onChange, isWrong, describedBy }: JsonEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<EditorView>(null)
  const latest = useRef(onChange)
  useEffect(() => {
    latest.current = onChange
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what changes later is handed to it below.
  useEffect(() => {
    if (place.current === null) return
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          basicSetup,
          json(),
          jsonColours,
          linter(jsonParseLinter()),
          lintGutter(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) latest.current(state.doc.toString())
          }),
        ],
      }),
    })
    editor.current = view
    return () => view.destroy()
  }, [])
  useEffect(() => {
    const view = editor.current
    if (view === null || view.state.doc.toString() === text) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
  }, [text])
  useEffect(() => {
    editor.current?.contentDOM.setAttribute('aria-invalid', String(isWrong))
    editor.current?.contentDOM.setAttribute('aria-describedby', describedBy)
  }, [isWrong, describedBy])
  return <div ref={place} className={classes.editor} data-wrong={isWrong} />
}
