import { Alert, Anchor, Button, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import type { DatasetInfo } from '../../../shared/api/datasets.ts'
import { bytes, count, counted } from '../../format/format.ts'
import { ClassTable } from './ClassTable.tsx'
import classes from './DatasetView.module.css'
import { importJob } from './import/importJob.ts'
import { RemoveDataset } from './RemoveDataset.tsx'
import { RowsTable } from './RowsTable.tsx'
import { balanceWords, callName, shapeWords } from './words.ts'

interface DatasetViewProps {
  readonly dataset: DatasetInfo
  readonly all: readonly DatasetInfo[]
  readonly onGone: () => void
}

/** One data set: what it is, its classes, and what its examples look like. */
export function DatasetView({ dataset, all, onGone }: DatasetViewProps) {
  const [isRemoving, setRemoving] = useState(false)
  return (
    <article className={classes.view} aria-label={dataset.name}>
      <header className={classes.head}>
        <Title order={2} fz="lg" className={classes.name}>
          {dataset.name}
        </Title>
        <div className={classes.actions}>
          <Button variant="default" onClick={() => setRemoving(true)}>
            Remove…
          </Button>
          <Button
            renderRoot={(props) => <Link {...props} to="/new" search={{ data: callName(dataset, all) }} />}
          >
            New run on this
          </Button>
        </div>
      </header>
      <Warnings id={dataset.id} />
      <Facts dataset={dataset} />
      <section aria-labelledby="classes">
        <Title order={3} id="classes" className={classes.section}>
          {counted(dataset.classes.length, 'class', 'classes')}
          <span className={classes.aside}>{balanceWords(dataset.trainPerClass)} for training</span>
        </Title>
        <ClassTable dataset={dataset} />
      </section>
      {dataset.kind === 'table' && <RowsTable id={dataset.id} />}
      <RemoveDataset
        opened={isRemoving}
        subject={dataset}
        onClose={() => setRemoving(false)}
        onRemoved={onGone}
      />
    </article>
  )
}

const attention = () => ({
  root: { '--alert-color': 'var(--attention)', '--alert-bd': '1px solid var(--attention)' },
})

/** What the import that has just stored it found odd. */
function Warnings({ id }: { readonly id: string }) {
  const job = importJob.use()
  if (job.state !== 'done' || job.dataset.id !== id || job.warnings.length === 0) return null
  return (
    <Alert
      color="yellow"
      variant="outline"
      role="status"
      title="Imported, but note"
      p="sm"
      withCloseButton
      closeButtonLabel="Dismiss"
      vars={attention}
      onClose={() => importJob.set({ state: 'idle' })}
    >
      <ul className={classes.warnings}>
        {job.warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </Alert>
  )
}

function Facts({ dataset }: { readonly dataset: DatasetInfo }) {
  const { id, otherNames, kind, trainCount, testCount, runs, source, license, embedded } = dataset
  return (
    <dl className={classes.facts}>
      <Fact name={kind === 'image' ? 'Images' : 'Table'}>{shapeWords(dataset)}</Fact>
      <Fact name="Training examples">{count(trainCount)}</Fact>
      <Fact name="Test examples">{testCount === 0 ? 'none; runs split some off' : count(testCount)}</Fact>
      <Fact name="Size">{bytes(dataset.bytes)}</Fact>
      <Fact name="Runs">
        {runs === 0 ? (
          'none yet'
        ) : (
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/" search={{ q: `data:${id}` }} />}>
            {counted(runs, 'run')}
          </Anchor>
        )}
      </Fact>
      <Fact name="Id">
        <code>{id}</code>
      </Fact>
      {otherNames.length > 0 && (
        <Fact name="Also called" wide>
          {otherNames.join(', ')}
        </Fact>
      )}
      <Fact name="Source" wide>
        {source ?? 'not given'}
        {embedded && ' (ships with Anneal)'}
      </Fact>
      <Fact name="Licence" wide>
        {license ?? 'not given'}
      </Fact>
    </dl>
  )
}

interface FactProps {
  readonly name: string
  readonly wide?: boolean
  readonly children: ReactNode
}

function Fact({ name, wide = false, children }: FactProps) {
  return (
    <div data-wide={wide}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
