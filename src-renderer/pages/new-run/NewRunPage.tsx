import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { isActive } from '../../../shared/run/state.ts'
import { api, trpc } from '../../client.ts'
import { notifyError } from '../../components/notify.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { useRunSummary, useRuns } from '../../hooks/useRuns.ts'
import { freshStudy, keepStudy } from '../studies/new/studyDraft.ts'
import { CodeView } from './CodeView.tsx'
import { copySaying } from './CopyButton.tsx'
import { Designer } from './designer/Designer.tsx'
import { FromRun } from './FromRun.tsx'
import type { FoundTest } from './find-rate/StartPlace.tsx'
import { FormContext } from './form.ts'
import { InitialWeights } from './InitialWeights.tsx'
import { JsonView } from './JsonView.tsx'
import { type Draft, type DraftParent, trainJson } from './model/draft.ts'
import { getAt, textAt } from './model/tree.ts'
import { weightsOf } from './model/weights.ts'
import classes from './NewRunPage.module.css'
import { OwnModel } from './OwnModel.tsx'
import { Parent } from './Parent.tsx'
import { Questions } from './questions/Questions.tsx'
import { StartBar } from './StartBar.tsx'
import { useChecked } from './useChecked.ts'
import { useDraft } from './useDraft.ts'
import { useLaunch } from './useLaunch.ts'
import { useNewRunKeys } from './useNewRunKeys.ts'
import { useStartOn } from './useStartOn.ts'
import { type View, ViewSwitch } from './ViewSwitch.tsx'

/** Left the few questions, right the schedule; Start in its corner. */
export function NewRunPage() {
  const editor = useDraft()
  const { draft, set, update, gesture } = editor
  const { tree } = draft
  const [chosenView, setView] = useState<View>('designer')
  const hasOwnModel = textAt(tree, ['model', 'kind']) === 'layers'
  const view = chosenView === 'model' && !hasOwnModel ? 'designer' : chosenView
  const datasets = useQuery({ ...trpc.datasets.list.queryOptions(), staleTime: 60_000 })
  const whole = datasets.data?.whole
  const checked = useChecked(draft, whole)
  const navigate = useNavigate()
  const launch = useLaunch(checked, draft, editor.launched, setView)
  useStartFrom(draft, editor.startFrom)
  const [found, setFound] = useFoundTest()
  useStartOn(editor, whole)
  useNewRunKeys({ editor, view, setView, start: () => launch.start('now') })
  const { runs } = useRuns()
  const canQueue = runs.some(({ status }) => isActive(status) || status === 'queued')
  const form = useMemo(
    () => ({ set, update, gesture, problems: checked.problems }),
    [set, update, gesture, checked.problems],
  )
  return (
    <FormContext value={form}>
      <main className={classes.page}>
        <div className={classes.head}>
          <PageHeader
            title="New run"
            detail={draft.parent === undefined && <Source from={draft.from} />}
            actions={
              <>
                <FromRun onChoose={editor.startFrom} />
                <Button variant="subtle" onClick={editor.reset}>
                  Reset
                </Button>
                <Button
                  variant="default"
                  title="Copy as the file of anneal train --spec"
                  onClick={() => void copySaying(trainJson(draft))}
                >
                  Copy train spec
                </Button>
                <ViewSwitch view={view} hasOwnModel={hasOwnModel} onChange={setView} />
              </>
            }
          />
        </div>
        <div className={classes.left}>
          <Parent parent={draft.parent} spec={checked.spec} onLeave={editor.leaveParent} />
          <Questions
            tree={tree}
            checked={checked}
            whole={whole}
            placement={draft.placement}
            onPlacement={editor.setPlacement}
            onEditModel={() => setView('model')}
          />
          {draft.parent === undefined && (
            <InitialWeights value={draft.weights} onChange={editor.setWeights} />
          )}
        </div>
        <div className={classes.right}>
          {view === 'designer' && (
            <Designer
              value={getAt(tree, ['schedule'])}
              checked={checked}
              weights={draft.weights}
              placement={draft.placement}
              pins={draft.pins}
              onPin={editor.pin}
              onUnpin={editor.unpin}
              found={found}
              onFound={setFound}
            />
          )}
          {view === 'model' && <OwnModel value={getAt(tree, ['model', 'topology'])} />}
          {view === 'json' && (
            <JsonView tree={tree} json={draft.json} onChange={editor.setJson} onDrop={editor.dropJson} />
          )}
          {view === 'code' && <CodeView schedule={checked.spec?.schedule} plan={checked.plan} />}
        </div>
        <StartBar
          checked={checked}
          whole={whole}
          problem={launch.problem}
          onShowProblem={launch.showProblem}
          // What trains elsewhere stands in line anyway.
          canQueue={canQueue && draft.placement === null}
          isElsewhere={draft.placement !== null}
          isBusy={launch.isBusy}
          onStart={launch.start}
          onSweep={() => {
            if (checked.spec === undefined) return
            keepStudy(
              sessionStorage,
              freshStudy('sweep', checked.spec, weightsOf(draft.weights), draft.placement),
            )
            void navigate({ to: '/studies/new' })
          }}
        />
      </main>
    </FormContext>
  )
}

/** Which run it was started from. */
function Source({ from }: { readonly from: string | undefined }) {
  const run = useRunSummary(from ?? '')
  return from === undefined ? null : <span>from {run?.name ?? from}</span>
}

/** The panel that finds the rate, kept in the address, so that a reload or a way back opens it again. */
function useFoundTest() {
  const { find, test, snapshot } = useSearch({ from: '/new' })
  const navigate = useNavigate()
  const found = useMemo(() => (find === true ? { test, snapshot } : undefined), [find, test, snapshot])
  const setFound = useCallback(
    (next: FoundTest | undefined) =>
      void navigate({
        to: '/new',
        search: (search) => ({
          ...search,
          find: next === undefined ? undefined : true,
          test: next?.test,
          snapshot: next?.snapshot,
        }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  )
  return [found, setFound] as const
}

/** The run that the address names, once: a reload keeps what was changed since. Rates found for it are taken every time. */
function useStartFrom(
  current: Pick<Draft, 'from' | 'parent'>,
  startFrom: ReturnType<typeof useDraft>['startFrom'],
): void {
  const { from, begin, step, high, low } = useSearch({ from: '/new' })
  const navigate = useNavigate()
  const [done, setDone] = useState(() => startKey(current.from, current.parent))
  const parent = useMemo(
    () =>
      from === undefined || begin === undefined
        ? undefined
        : { runId: from, kind: begin, ...(step !== undefined && { stepsDone: step }) },
    [from, begin, step],
  )
  useEffect(() => {
    const key = startKey(from, parent)
    if (from === undefined || (key === done && high === undefined)) return
    setDone(key)
    if (high !== undefined) {
      void navigate({
        to: '/new',
        search: (search) => ({ ...search, high: undefined, low: undefined }),
        replace: true,
        resetScroll: false,
      })
    }
    api.runs.get
      .query({ id: from })
      .then((run) => startFrom(run, high === undefined ? undefined : { high, low }, parent))
      .catch((error: unknown) => notifyError('The run to start from could not be read', error))
  }, [from, parent, done, high, low, startFrom, navigate])
}

const startKey = (from: string | undefined, parent: DraftParent | undefined): string =>
  [from, parent?.kind, parent?.stepsDone].join(' ')
