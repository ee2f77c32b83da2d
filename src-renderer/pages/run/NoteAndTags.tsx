import { TagsInput, Textarea } from '@mantine/core'
import { memo, useCallback, useEffect, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { annotateRun } from './runActs.ts'

/** After so long without a key a note is kept, in milliseconds. */
const typingPause = 700

/**
 * What the user wrote about the run. Kept at every pause and when the field is left; what is being typed is never overwritten. A run that
 * trains is a new row four times a second: only what is shown of it here draws this anew.
 */
export const NoteAndTags = memo(
  NoteAndTagsFields,
  (before, { run, knownTags }) =>
    before.run.id === run.id &&
    before.run.note === run.note &&
    before.run.tags.join() === run.tags.join() &&
    before.knownTags.join() === knownTags.join(),
)

interface NoteAndTagsProps {
  readonly run: RunSummary
  /** Those of all runs, to choose from. */
  readonly knownTags: readonly string[]
}

function NoteAndTagsFields({ run, knownTags }: NoteAndTagsProps) {
  const { id } = run
  const [tags, setTags] = useState<readonly string[]>()
  const [note, setNote] = useState<string>()
  const changeTags = (next: readonly string[]): void => {
    setTags(next)
    const addTags = next.filter((tag) => !run.tags.includes(tag))
    const removeTags = run.tags.filter((tag) => !next.includes(tag))
    void annotateRun(run, { addTags, removeTags }, 'The tags were not changed').then(() => setTags(undefined))
  }
  const keepNote = useCallback((): void => {
    if (note === undefined) return
    // The field shows what was typed until the run comes back with it, and what was typed since.
    void annotateRun({ id }, { note }, 'The note was not kept').then(() =>
      setNote((now) => (now === note ? undefined : now)),
    )
  }, [id, note])
  useEffect(() => {
    const pausing = setTimeout(keepNote, typingPause)
    return () => clearTimeout(pausing)
  }, [keepNote])
  return (
    <>
      <TagsInput
        size="xs"
        label="Tags"
        placeholder={run.tags.length === 0 ? 'Add a tag' : ''}
        data={[...knownTags]}
        value={[...(tags ?? run.tags)]}
        onChange={changeTags}
        maxDropdownHeight={160}
        clearable={false}
        maxLength={64}
        splitChars={[',']}
      />
      <Textarea
        label="Note"
        autosize
        minRows={2}
        maxRows={10}
        maxLength={100_000}
        placeholder="What is this run for, what was learned?"
        value={note ?? run.note}
        onChange={(event) => setNote(event.currentTarget.value)}
        onBlur={keepNote}
      />
    </>
  )
}
