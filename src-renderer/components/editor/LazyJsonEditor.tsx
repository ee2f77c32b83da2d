import { lazy, Suspense } from 'react'
import classes from './JsonEditor.module.css'
import type { JsonEditorProps } from './JsonEditor.tsx'

const Editor = lazy(() => import('./JsonEditor.tsx'))

/** The editor, whose code no page pays for that does not show it. */
export function LazyJsonEditor(props: JsonEditorProps) {
  return (
    <Suspense fallback={<div className={classes.editor} aria-busy="true" />}>
      <Editor {...props} />
    </Suspense>
  )
}
