import { Textarea } from '@mantine/core'
import { memo, useEffect, useState } from 'react'
import { editStudy } from './studyActs.ts'

/** After so long without a key a note is kept, in milliseconds. */
const typingPause = 700

interface StudyNoteProps {
  readonly id: string
  readonly name: string
  readonly note: string
}

/** What the user wrote about the study: kept at every pause and when the field is left. */
export const StudyNote = memo(function StudyNote({ id, name, note }: StudyNoteProps) {
  const [typed, setTyped] = useState<string>()
  useEffect(() => {
    if (typed === undefined) return
    const keeping = setTimeout(() => {
      // The field shows what was typed until the study comes back with it, and what was typed since.
      void editStudy({ id, name }, { note: typed }).then(() =>
        setTyped((now) => (now === typed ? undefined : now)),
      )
    }, typingPause)
    return () => clearTimeout(keeping)
  }, [id, name, typed])
  return (
    <Textarea
      aria-label="Note"
      autosize
      minRows={1}
      maxRows={6}
      maxLength={100_000}
      placeholder="What is this study for, what was learned?"
      value={typed ?? note}
      onChange={(event) => setTyped(event.currentTarget.value)}
    />
  )
})
