import { Button, TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { ScoreMeasureSwitch } from '../../components/ScoreMeasureSwitch.tsx'
import { useSavedEnsembles } from '../../ensemble/saved.ts'
import { counted } from '../../format/format.ts'
import { useShortcuts } from '../../frame/shortcuts.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import classes from './Ensembles.module.css'
import { RunPicker } from './RunPicker.tsx'
import { SavedTable } from './SavedTable.tsx'
import { factsOf, matchesText, type SavedColumn, sortedRows } from './savedRows.ts'

const nobody: readonly never[] = []

/** Every ensemble that was saved, with its scores. */
export function SavedEnsembles() {
  const { ensembles, error, retry } = useSavedEnsembles()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [sort, setSort] = useState<SavedColumn>('created')
  const filter = useRef<HTMLInputElement>(null)
  useShortcuts('Ensembles', [{ keys: '/', does: 'Filter the ensembles', run: () => filter.current?.focus() }])
  const { byId } = useRuns()
  const facts = useMemo(
    () => ensembles?.map((ensemble) => factsOf(ensemble, (id) => byId.get(id))),
    [ensembles, byId],
  )
  const rows = useMemo(
    () =>
      sortedRows(
        (facts ?? []).filter((row) => matchesText(row, text)),
        sort,
      ),
    [facts, text, sort],
  )
  const isEmpty = facts?.length === 0
  return (
    <main className={classes.page}>
      <PageHeader
        title="Ensembles"
        detail={facts && !isEmpty ? shownWords(rows.length, facts.length) : undefined}
        actions={
          !isEmpty && (
            <>
              <TextInput
                ref={filter}
                type="search"
                aria-label="Filter the ensembles"
                placeholder="Name, run or method"
                className={classes.filter}
                value={text}
                onChange={({ currentTarget }) => setText(currentTarget.value)}
              />
              <ScoreMeasureSwitch />
              <RunPicker
                taken={nobody}
                placeholder="Combine the snapshots of a run"
                onPick={(id) => void navigate({ to: '/ensembles', search: { runs: [id] } })}
              />
            </>
          )
        }
      />
      {error !== null && facts === undefined && (
        <ErrorNote title="The saved ensembles could not be read" error={error} onRetry={retry} />
      )}
      {isEmpty ? <NoEnsembles /> : <SavedTable rows={rows} sort={sort} onSort={setSort} />}
      {facts !== undefined && !isEmpty && rows.length === 0 && (
        <p className={classes.quiet}>
          No ensemble matches “{text}”.{' '}
          <Button variant="subtle" onClick={() => setText('')}>
            Show all
          </Button>
        </p>
      )}
    </main>
  )
}

const shownWords = (shown: number, all: number): string =>
  shown === all ? counted(all, 'ensemble') : `${shown} of ${counted(all, 'ensemble')}`

function NoEnsembles() {
  return (
    <EmptyState
      title="No saved ensembles"
      text="Open a run with snapshots and press Ensemble: its snapshots vote together, and what you save stands here."
      action={<Button renderRoot={(props) => <Link to="/" {...props} />}>Go to runs</Button>}
    />
  )
}
