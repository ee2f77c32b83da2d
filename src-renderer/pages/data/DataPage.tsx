import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { DatasetList as List } from '../../../shared/api/datasets.ts'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { bytes, counted } from '../../format/format.ts'
import { useShortcuts } from '../../frame/shortcuts.ts'
import { DamagedView } from './DamagedView.tsx'
import classes from './Data.module.css'
import { DatasetList } from './DatasetList.tsx'
import { DatasetView } from './DatasetView.tsx'
import { ImportPanel } from './import/ImportPanel.tsx'
import { importJob, openImportForm } from './import/importJob.ts'
import { importPanel } from './import/importPanel.ts'

const route = getRouteApi('/data')

/** The data sets on the left, one of them, or an import, on the right. */
export function DataPage() {
  const list = useQuery({ ...trpc.datasets.list.queryOptions(), refetchOnWindowFocus: true })
  const { open } = route.useSearch()
  const navigate = useNavigate()
  const job = importJob.use()
  const isImporting = importPanel.use()
  const ids = list.data === undefined ? [] : idsOf(list.data)
  const openId = open ?? ids[0]
  const show = (id: string | undefined): void => {
    importPanel.set(false)
    void navigate({ to: '/data', search: { open: id } })
  }
  const move = (by: 1 | -1): void => {
    const next = ids[ids.indexOf(openId ?? '') + by]
    if (next !== undefined) show(next)
  }
  useShortcuts('Data', [
    { keys: 'j', does: 'Next data set', run: () => move(1) },
    { keys: 'k', does: 'Previous data set', run: () => move(-1) },
    { keys: 'i', does: 'Import a data set', run: openImportForm },
  ])
  const stored = job.state === 'done' ? job.dataset.id : undefined
  useEffect(() => {
    if (stored === undefined || !isImporting) return
    importPanel.set(false)
    void navigate({ to: '/data', search: { open: stored } })
  }, [stored, isImporting, navigate])
  return (
    <main className={classes.page}>
      <div className={classes.head}>
        <PageHeader
          title="Data"
          detail={list.data && totalWords(list.data)}
          actions={
            <Button variant={isImporting ? 'default' : 'filled'} onClick={openImportForm}>
              Import a data set
            </Button>
          }
        />
      </div>
      {list.error !== null && list.data === undefined ? (
        <div className={classes.note}>
          <ErrorNote
            title="The data sets could not be listed"
            error={list.error}
            onRetry={() => void list.refetch()}
          />
        </div>
      ) : (
        <div className={classes.halves}>
          <DatasetList list={list.data} openId={isImporting ? undefined : openId} onOpen={show} />
          <div className={classes.pane}>
            {isImporting ? (
              <ImportPanel />
            ) : (
              <Opened list={list.data} id={openId} onGone={() => show(undefined)} />
            )}
          </div>
        </div>
      )}
    </main>
  )
}

interface OpenedProps {
  readonly list: List | undefined
  readonly id: string | undefined
  readonly onGone: () => void
}

function Opened({ list, id, onGone }: OpenedProps) {
  if (list === undefined || id === undefined) return null
  const whole = list.whole.find((dataset) => dataset.id === id)
  if (whole !== undefined) return <DatasetView key={id} dataset={whole} all={list.whole} onGone={onGone} />
  const damaged = list.damaged.find((dataset) => dataset.id === id)
  if (damaged !== undefined) return <DamagedView key={id} dataset={damaged} onGone={onGone} />
  return (
    <p className={classes.gone}>
      There is no data set {id} here any more. <Button onClick={onGone}>Show the others</Button>
    </p>
  )
}

const idsOf = ({ whole, damaged }: List): readonly string[] => [...damaged, ...whole].map(({ id }) => id)

function totalWords({ whole, damaged }: List): string {
  const size = bytes(whole.reduce((sum, dataset) => sum + dataset.bytes, 0))
  const harm = damaged.length === 0 ? '' : `, ${damaged.length} damaged`
  return `${counted(whole.length + damaged.length, 'data set')}${harm}, ${size}`
}
