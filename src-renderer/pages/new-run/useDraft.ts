import { useCallback, useEffect, useRef, useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import type { FoundRates } from '../../../shared/schedule/index.ts'
import type { Placement } from '../../../shared/worker/placement.ts'
import { notifyUndo } from '../../components/notify.ts'
import {
  type Draft,
  type DraftParent,
  defaultSpec,
  filledSpec,
  freshDraft,
  isSameSpec,
  keepDraft,
  type Pinned,
  recallDraft,
  specFrom,
  specOfChild,
} from './model/draft.ts'
import { changed, type History, historyOf, redone, undone } from './model/history.ts'
import { stepsOf, withRates } from './model/rates.ts'
import { readSpecJson } from './model/readJson.ts'
import { getAt, type Path, pathText, setAt } from './model/tree.ts'
import { type DraftWeights, draftOfWeights, randomWeights, weightsOfRun } from './model/weights.ts'

/** The draft of the page and all that changes it. It survives a reload of the window; the steps back do not. */
export function useDraft() {
  const { history, latest, change, step, gesture } = useHistory()
  const draft = history.present
  const update = useCallback(
    (path: Path, next: (old: unknown) => unknown) =>
      change(`field ${pathText(path)}`, (old) => {
        const before = getAt(old.tree, path)
        const after = next(before)
        if (after === before && after !== undefined) return old
        return { ...old, tree: setAt(old.tree, path, after), json: keptJson(old.json) }
      }),
    [change],
  )
  const set = useCallback((path: Path, value: unknown) => update(path, () => value), [update])
  const setJson = useCallback(
    (text: string) =>
      change('json', (old) => {
        const reading = readSpecJson(text)
        if (!('spec' in reading)) return { ...old, json: text }
        const { spec, initialWeights } = reading
        const weights = initialWeights && { weights: draftOfWeights(initialWeights) }
        return { ...old, json: text, tree: spec, ...weights }
      }),
    [change],
  )
  const dropJson = useCallback(() => change('drop json', (old) => ({ ...old, json: undefined })), [change])
  const pin = useCallback(
    (one: Pinned) =>
      change(`pin ${one.id}`, (old) => ({
        ...old,
        pins: [...old.pins.filter(({ id }) => id !== one.id), one].slice(-mostPins),
      })),
    [change],
  )
  const unpin = useCallback(
    (id: string) =>
      change(`unpin ${id}`, (old) => ({ ...old, pins: old.pins.filter((one) => one.id !== id) })),
    [change],
  )
  /** Another start; what was there can be taken back. */
  const replace = useCallback(
    (next: Draft, words: string) => {
      const old = latest.current
      if (isEdited(old)) notifyUndo(words, async () => change('take back', () => old))
      change('another start', ({ pins }) => ({ ...next, pins }))
    },
    [change, latest],
  )
  const startFrom = useCallback(
    (run: RunSummary, rates?: FoundRates, parent?: DraftParent) => {
      const own = specFrom(run, latest.current.tree)
      const spec = parent === undefined ? own : specOfChild(own, parent)
      const filled = filledSpec(spec) ?? spec
      const tree = rates === undefined ? filled : withRates(filled, rates, stepsOf(run, filled))
      const weights = parent === undefined ? weightsOfRun(run) : randomWeights
      const placement = run.place?.placement ?? null
      replace(
        { ...freshDraft(filled, run.id), tree, parent, weights, placement },
        `The form starts from ${run.name}`,
      )
    },
    [replace, latest],
  )
  const reset = useCallback(() => replace(freshDraft(), 'The form is as it was at first'), [replace])
  /** After a launch the draft stays to be changed for the next run, but is no longer an edit of a past one. */
  const launched = useCallback(
    () =>
      change('launched', (old) => ({
        ...old,
        from: undefined,
        parent: undefined,
        weights: randomWeights,
        json: keptJson(old.json),
      })),
    [change],
  )
  const leaveParent = useCallback(
    () => change('fresh weights', (old) => ({ ...old, parent: undefined })),
    [change],
  )
  const setWeights = useCallback(
    (weights: DraftWeights) => change('initial weights', (old) => ({ ...old, weights })),
    [change],
  )
  const setPlacement = useCallback(
    (placement: Placement | null) => change('placement', (old) => ({ ...old, placement })),
    [change],
  )
  const undo = useCallback(() => step(undone), [step])
  const redo = useCallback(() => step(redone), [step])
  const canUndo = history.past.length > 0
  const canRedo = history.future.length > 0
  return {
    ...{
      draft,
      set,
      update,
      setJson,
      dropJson,
      pin,
      unpin,
      startFrom,
      reset,
      launched,
      leaveParent,
      setWeights,
      setPlacement,
      gesture,
    },
    ...{ undo, redo, canUndo, canRedo },
  }
}

/** The draft with the way back. */
function useHistory() {
  const [history, setHistory] = useState<History<Draft>>(() =>
    historyOf(recallDraft(sessionStorage) ?? freshDraft()),
  )
  const latest = useRef(history.present)
  const dragging = useRef(false)
  useEffect(() => {
    latest.current = history.present
    keepDraft(sessionStorage, history.present)
  }, [history.present])
  const change = useCallback((name: string, next: (old: Draft) => Draft) => {
    const made = { change: name, at: performance.now(), isGesture: dragging.current }
    setHistory((old) => {
      const present = next(old.present)
      return present === old.present ? old : changed(old, present, made)
    })
  }, [])
  const step = useCallback((take: (old: History<Draft>) => History<Draft> | undefined) => {
    setHistory((old) => take(old) ?? old)
  }, [])
  /** A drag begins or ends: all that it changes is one step back, and nothing else is part of it. */
  const gesture = useCallback((begins: boolean) => {
    dragging.current = begins
    setHistory((old) => ({ ...old, last: undefined }))
  }, [])
  return { history, latest, change, step, gesture }
}

const mostPins = 6

/** Text that could not be applied is kept until it is mended or thrown away; other text follows the form. */
const keptJson = (json: string | undefined): string | undefined =>
  json !== undefined && 'problems' in readSpecJson(json) ? json : undefined

const isEdited = ({ tree, json }: Draft): boolean => json !== undefined || !isSameSpec(tree, defaultSpec)
