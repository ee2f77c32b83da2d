import { useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import type { StudyKind } from '../../../../shared/study/spec.ts'
import type { Placement } from '../../../../shared/worker/placement.ts'
import { api } from '../../../client.ts'
import { notifyError } from '../../../components/notify.ts'
import { filledSpec } from '../../new-run/model/draft.ts'
import { getAt, type Path, setAt } from '../../new-run/model/tree.ts'
import { weightsOf, weightsOfRun } from '../../new-run/model/weights.ts'
import { dropText as withoutText, typePart as withPart } from './partTexts.ts'
import {
  freshStudy,
  keepStudy,
  kindOf,
  readStudyJson,
  recallStudy,
  type StudyDraft,
  switchKind,
  wrongJson,
} from './studyDraft.ts'

/** What a study takes of a run that is stored. */
export type BaseRun = Pick<RunSummary, 'id' | 'spec' | 'initial' | 'place'>

/** The draft of the page and all that changes it. It survives a reload of the window. */
export function useStudyDraft() {
  const [draft, setDraft] = useState<StudyDraft>(() => recallStudy(sessionStorage) ?? freshStudy())
  useEffect(() => keepStudy(sessionStorage, draft), [draft])
  const update = useCallback(
    (path: Path, next: (old: unknown) => unknown) =>
      setDraft((old) => ({
        ...old,
        json: wrongJson(old.json),
        tree: setAt(old.tree, path, next(getAt(old.tree, path))),
      })),
    [],
  )
  const set = useCallback((path: Path, value: unknown) => update(path, () => value), [update])
  const setKind = useCallback((kind: StudyKind) => setDraft((old) => switchKind(old, kind)), [])
  const setJson = useCallback(
    (text: string) =>
      setDraft((old) => {
        const reading = readStudyJson(text)
        return { ...old, json: text, ...('tree' in reading && { tree: reading.tree }) }
      }),
    [],
  )
  const dropJson = useCallback(() => setDraft((old) => ({ ...old, json: undefined })), [])
  const replace = useCallback(
    (tree: unknown, placement?: Placement | null) =>
      setDraft((old) => ({
        ...{ tree, json: undefined, others: {}, texts: {} },
        placement: placement === undefined ? old.placement : placement,
      })),
    [],
  )
  const setBase = useCallback((run: BaseRun) => {
    // A study names its runs itself.
    const { name: _, ...spec } = run.spec
    const filled = filledSpec(spec) ?? spec
    // Its axes are of the fields that the base had: another base begins anew.
    setDraft(({ tree }) =>
      freshStudy(kindOf(tree), filled, weightsOf(weightsOfRun(run)), run.place?.placement ?? null),
    )
  }, [])
  const typePart = useCallback((path: Path, text: string) => setDraft((old) => withPart(old, path, text)), [])
  const dropText = useCallback((path: Path) => setDraft((old) => withoutText(old, path)), [])
  const setPlacement = useCallback(
    (placement: Placement | null) => setDraft((old) => ({ ...old, placement })),
    [],
  )
  useStartFrom(setBase, replace, setKind)
  return {
    ...{ draft, set, update, setKind, setJson, dropJson, replace, setBase, typePart, dropText },
    setPlacement,
  }
}

/** The run or study that the address names, once: a reload keeps what was changed since. */
function useStartFrom(
  setBase: (run: BaseRun) => void,
  replace: (tree: unknown, placement: Placement | null) => void,
  setKind: (kind: StudyKind) => void,
): void {
  const { from, study, kind } = useSearch({ from: '/studies/new' })
  const done = useRef<string>(undefined)
  useEffect(() => {
    const wanted = JSON.stringify([from, study, kind])
    if (done.current === wanted) return
    done.current = wanted
    const failed = (error: unknown): void => notifyError('What to start from could not be read', error)
    if (study !== undefined)
      api.studies.get
        .query({ id: study })
        .then((found) => replace(found.study.spec, found.study.placement), failed)
    else if (from !== undefined)
      api.runs.get.query({ id: from }).then((run) => {
        setBase(run)
        if (kind !== undefined) setKind(kind)
      }, failed)
    else if (kind !== undefined) setKind(kind)
  }, [from, study, kind, setBase, replace, setKind])
}
