import { Button, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { memo, useEffect, useMemo, useState } from 'react'
import { isActive } from '../../../shared/run/state.ts'
import { api, trpc } from '../../client.ts'
import { notifyError } from '../../components/notify.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { useShortcuts } from '../../frame/shortcuts.ts'
import { useRunSummary, useRuns } from '../../hooks/useRuns.ts'
import { CodeView } from './CodeView.tsx'
import { copySaying } from './CopyButton.tsx'
import { Designer } from './designer/Designer.tsx'
import { FromRun } from './FromRun.tsx'
import { FormContext } from './form.ts'
import { JsonView } from './JsonView.tsx'
import { specJson } from './model/draft.ts'
import { getAt } from './model/tree.ts'
import classes from './NewRunPage.module.css'
import { Questions } from './questions/Questions.tsx'
import { StartBar } from './StartBar.tsx'
import { useChecked } from './useChecked.ts'
import { useDraft } from './useDraft.ts'
import { useLaunch } from './useLaunch.ts'
import { useStartOn } from './useStartOn.ts'

type View = 'designer' | 'json' | 'code'

/** Left the few questions, right the schedule; Start in its corner. */
export function NewRunPage() {
  const editor = useDraft()
  const { draft, set, update } = editor
  const { tree } = draft
  const [view, setView] = useState<View>('designer')
  const datasets = useQuery({ ...trpc.datasets.list.queryOptions(), staleTime: 60_000 })
  const checked = useChecked(draft, datasets.data?.whole)
  const launch = useLaunch(checked, draft, editor.launched, setView)
  useStartFrom(draft.from, editor.startFrom)
  useStartOn(editor, datasets.data?.whole)
  const { runs } = useRuns()
  const canQueue = runs.some(({ status }) => isActive(status) || status === 'queued')
  useShortcuts('New run', [
    { keys: 'mod+Enter', does: 'Start the run', run: () => launch.start('now') },
    { keys: 'mod+.', does: 'Designer or JSON', run: () => setView(view === 'json' ? 'designer' : 'json') },
  ])
  const form = useMemo(() => ({ set, update, problems: checked.problems }), [set, update, checked.problems])
  return (
    <FormContext value={form}>
      <main className={classes.page}>
        <div className={classes.head}>
          <PageHeader
            title="New run"
            detail={<Source from={draft.from} />}
            actions={
              <>
                <FromRun onChoose={editor.startFrom} />
                <Button variant="subtle" onClick={editor.reset}>
                  Reset
                </Button>
                <Button
                  variant="default"
                  title="Copy as the file of anneal train --spec"
                  onClick={() => void copySaying(specJson(tree))}
                >
                  Copy train spec
                </Button>
                <ViewSwitch view={view} onChange={setView} />
              </>
            }
          />
        </div>
        <Questions tree={tree} checked={checked} whole={datasets.data?.whole} />
        <div className={classes.right}>
          {view === 'designer' && (
            <Designer
              value={getAt(tree, ['schedule'])}
              checked={checked}
              pins={draft.pins}
              onPin={editor.pin}
              onUnpin={editor.unpin}
            />
          )}
          {view === 'json' && (
            <JsonView tree={tree} json={draft.json} onChange={editor.setJson} onDrop={editor.dropJson} />
          )}
          {view === 'code' && <CodeView schedule={checked.spec?.schedule} plan={checked.plan} />}
        </div>
        <StartBar
          checked={checked}
          problem={launch.problem}
          onShowProblem={launch.showProblem}
          canQueue={canQueue}
          isBusy={launch.isBusy}
          onStart={launch.start}
        />
      </main>
    </FormContext>
  )
}

const ViewSwitch = memo(function ViewSwitch(given: {
  readonly view: View
  readonly onChange: (view: View) => void
}) {
  return (
    <SegmentedControl
      aria-label="View"
      value={given.view}
      onChange={given.onChange}
      data={[
        { value: 'designer', label: 'Designer' },
        { value: 'json', label: 'JSON' },
        { value: 'code', label: 'Code' },
      ]}
    />
  )
})

/** Which run it was started from. */
function Source({ from }: { readonly from: string | undefined }) {
  const run = useRunSummary(from ?? '')
  return from === undefined ? null : <span>from {run?.name ?? from}</span>
}

/** The run that the address names, once: a reload keeps what was changed since. */
function useStartFrom(
  current: string | undefined,
  startFrom: ReturnType<typeof useDraft>['startFrom'],
): void {
  const { from } = useSearch({ from: '/new' })
  const [done, setDone] = useState(current)
  useEffect(() => {
    if (from === undefined || from === done) return
    setDone(from)
    api.runs.get
      .query({ id: from })
      .then(startFrom, (error: unknown) => notifyError('The run to start from could not be read', error))
  }, [from, done, startFrom])
}
