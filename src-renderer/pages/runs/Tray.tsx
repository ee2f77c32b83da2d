import { Button, Kbd, Menu } from '@mantine/core'
import type { ReactNode } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { runDownloadUrl, runTableParquetUrl, runTableUrl } from '../../../shared/api/urls.ts'
import { isResult } from '../../../shared/run/kind.ts'
import { download } from '../../components/download.ts'
import { counted } from '../../format/format.ts'
import { TagButton } from './TagButton.tsx'
import classes from './Tray.module.css'
import type { ListName } from './useAddress.ts'

export interface TrayActs {
  readonly compare: () => void
  readonly ensemble: () => void
  readonly favourite: () => void
  readonly archive: () => void
  readonly remove: () => void
  readonly restore: () => void
  readonly purge: () => void
  readonly setBaseline: () => void
  readonly clear: () => void
}

interface TrayProps {
  readonly list: ListName
  /** In the order of the table. */
  readonly runs: readonly RunSummary[]
  /** How many of them the filter leaves out. */
  readonly unseen: number
  readonly isBaseline: boolean
  readonly knownTags: readonly string[]
  readonly acts: TrayActs
}

/** What can be done with the runs that are selected. */
export function Tray({ list, runs, unseen, isBaseline, knownTags, acts }: TrayProps) {
  // A range test is no result: there is nothing of it to compare.
  const trained = runs.filter(isResult).length
  const snapshotCount = runs.reduce((sum, { snapshots }) => sum + snapshots.length, 0)
  return (
    <section className={classes.tray} aria-label="Selected runs">
      <span className={classes.count} role="status">
        {counted(runs.length, 'run')} selected
        {unseen > 0 && <span className={classes.unseen}>{unseen} of them not shown</span>}
      </span>
      {list === 'deleted' ? (
        <>
          <Button variant="filled" onClick={acts.restore}>
            Restore
          </Button>
          <Button variant="default" color="red" onClick={acts.purge}>
            Delete for good…
          </Button>
        </>
      ) : (
        <>
          <Act cap="c" isMain disabled={trained < 2} onClick={acts.compare}>
            Compare
          </Act>
          <Act cap="e" disabled={snapshotCount === 0} onClick={acts.ensemble}>
            Ensemble<span className={classes.wide}>&nbsp;{counted(snapshotCount, 'snapshot')}</span>
          </Act>
          <Act cap="f" onClick={acts.favourite}>
            Favourite
          </Act>
          <TagButton runs={runs} knownTags={knownTags} />
          <Act disabled={runs.length !== 1 || trained !== 1} onClick={acts.setBaseline}>
            {isBaseline ? 'No baseline' : 'Set as baseline'}
          </Act>
          <ExportMenu runs={runs} />
          <Act onClick={acts.archive}>{list === 'archived' ? 'Unarchive' : 'Archive'}</Act>
          <Act cap="Del" onClick={acts.remove}>
            Delete
          </Act>
        </>
      )}
      <span className={classes.end}>
        <Act cap="Esc" onClick={acts.clear}>
          Clear
        </Act>
      </span>
    </section>
  )
}

interface ActProps {
  readonly cap?: string
  readonly isMain?: boolean
  readonly disabled?: boolean
  readonly onClick: () => void
  readonly children: ReactNode
}

function Act({ cap, isMain = false, disabled = false, onClick, children }: ActProps) {
  return (
    <Button
      variant={isMain ? 'filled' : 'default'}
      disabled={disabled}
      onClick={onClick}
      {...(cap !== undefined && {
        rightSection: (
          <Kbd size="xs" className={classes.cap ?? ''} aria-hidden="true">
            {cap}
          </Kbd>
        ),
      })}
    >
      {children}
    </Button>
  )
}

function ExportMenu({ runs }: { readonly runs: readonly RunSummary[] }) {
  const each = (format: 'csv' | 'parquet' | 'json' | 'tensorboard') => () => {
    for (const { id } of runs) download(runDownloadUrl(id, format))
  }
  const many = runs.length === 1 ? '' : ', a file each'
  return (
    <Menu position="top-start" shadow="md">
      <Menu.Target>
        <Button variant="default">Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => download(runTableUrl(runs.map(({ id }) => id)))}>
          Table of settings and scores (CSV)
        </Menu.Item>
        <Menu.Item onClick={() => download(runTableParquetUrl(runs.map(({ id }) => id)))}>
          Table of settings and scores (Parquet)
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>Every step{many}</Menu.Label>
        <Menu.Item onClick={each('csv')}>CSV</Menu.Item>
        <Menu.Item onClick={each('parquet')}>Parquet</Menu.Item>
        <Menu.Item onClick={each('json')}>JSON</Menu.Item>
        <Menu.Item onClick={each('tensorboard')}>TensorBoard events</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
