import { useCallback, useEffect, useRef, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { notifyUndo } from '../../components/notify.ts'
import {
  type Draft,
  defaultSpec,
  filledSpec,
  freshDraft,
  isSameSpec,
  keepDraft,
  type Pinned,
  recallDraft,
  specOfRun,
} from './model/draft.ts'
import { readSpecJson } from './model/readJson.ts'
import { getAt, type Path, setAt } from './model/tree.ts'

/** The draft of the page and all that changes it. It survives a reload of the window. */
export function useDraft() {
  const [draft, setDraft] = useState<Draft>(() => recallDraft(sessionStorage) ?? freshDraft())
  const latest = useRef(draft)
  useEffect(() => {
    latest.current = draft
    keepDraft(sessionStorage, draft)
  }, [draft])
  const update = useCallback((path: Path, next: (old: unknown) => unknown) => {
    setDraft((old) => ({
      ...old,
      tree: setAt(old.tree, path, next(getAt(old.tree, path))),
      json: keptJson(old.json),
    }))
  }, [])
  const set = useCallback((path: Path, value: unknown) => update(path, () => value), [update])
  const setJson = useCallback((text: string) => {
    setDraft((old) => {
      const reading = readSpecJson(text)
      return { ...old, json: text, ...('spec' in reading && { tree: reading.spec }) }
    })
  }, [])
  const dropJson = useCallback(() => setDraft((old) => ({ ...old, json: undefined })), [])
  const pin = useCallback((one: Pinned) => {
    setDraft((old) => ({
      ...old,
      pins: [...old.pins.filter(({ id }) => id !== one.id), one].slice(-mostPins),
    }))
  }, [])
  const unpin = useCallback((id: string) => {
    setDraft((old) => ({ ...old, pins: old.pins.filter((one) => one.id !== id) }))
  }, [])
  /** Another start; what was there can be taken back. */
  const replace = useCallback((next: Draft, words: string) => {
    const old = latest.current
    if (isEdited(old)) notifyUndo(words, async () => setDraft(old))
    setDraft({ ...next, pins: old.pins })
  }, [])
  const startFrom = useCallback(
    (run: RunSummary) => {
      const spec = specOfRun(run.spec)
      replace(freshDraft(filledSpec(spec) ?? spec, run.id), `The form starts from ${run.name}`)
    },
    [replace],
  )
  const reset = useCallback(() => replace(freshDraft(), 'The form is as it was at first'), [replace])
  /** After a launch the draft stays to be changed for the next run, but is no longer an edit of a past one. */
  const launched = useCallback(
    () => setDraft((old) => ({ ...old, from: undefined, json: keptJson(old.json) })),
    [],
  )
  return { draft, set, update, setJson, dropJson, pin, unpin, startFrom, reset, launched }
}

const mostPins = 6

/** Text that could not be applied is kept until it is mended or thrown away; other text follows the form. */
const keptJson = (json: string | undefined): string | undefined =>
  json !== undefined && 'problems' in readSpecJson(json) ? json : undefined

const isEdited = ({ tree, json }: Draft): boolean => json !== undefined || !isSameSpec(tree, defaultSpec)
