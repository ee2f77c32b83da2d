import { Anchor, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Storage } from '../../../shared/api/lab.ts'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { bytes, count, counted } from '../../format/format.ts'
import { Damage } from './Damage.tsx'
import { PurgeRuns } from './PurgeRuns.tsx'
import { Fact, Section } from './Section.tsx'
import classes from './Settings.module.css'
import { storageParts } from './storageParts.ts'

/** Milliseconds: runs that train go on storing. */
const refresh = 10_000

export function StorageUse() {
  const storage = useQuery({ ...trpc.lab.storage.queryOptions(), refetchInterval: refresh })
  const { data } = storage
  return (
    <Section of="storage">
      {storage.error !== null && data === undefined ? (
        <ErrorNote
          title="What is stored could not be measured"
          error={storage.error}
          onRetry={() => void storage.refetch()}
        />
      ) : (
        <>
          <Parts storage={data} />
          <dl className={classes.facts}>
            <Fact name="Runs">{count(data?.runs)}</Fact>
            <Fact name="Snapshots">{count(data?.snapshots)}</Fact>
            <Fact name="Metric points">{count(data?.metricPoints)}</Fact>
            <Fact name="Deleted runs">
              <DeletedRuns number={data?.deletedRuns} />
            </Fact>
          </dl>
          <Damage />
        </>
      )}
    </Section>
  )
}

/** One bar of all that is stored, and what it is made of. */
function Parts({ storage }: { readonly storage: Storage | undefined }) {
  const parts = storageParts(storage)
  const total = storage === undefined ? undefined : parts.reduce((sum, part) => sum + (part.bytes ?? 0), 0)
  return (
    <>
      <div className={classes.bar} aria-hidden="true">
        {parts.map(({ name, bytes }) => (
          <span
            key={name}
            data-part={name}
            style={{ width: total ? `${(100 * (bytes ?? 0)) / total}%` : 0 }}
          />
        ))}
      </div>
      <dl className={classes.facts}>
        {parts.map((part) => (
          <Fact key={part.name} name={part.label}>
            <span className={classes.swatch} data-part={part.name} aria-hidden="true" />
            {bytes(part.bytes)}
          </Fact>
        ))}
        <Fact name="Together">
          <strong>{bytes(total)}</strong>
        </Fact>
        <Fact name="Ask it">
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/sql" />}>
            in SQL
          </Anchor>
          <span className={classes.aside}>for reading only</span>
        </Fact>
        <Fact name="Free on this disk">{bytes(storage?.freeBytes ?? undefined)}</Fact>
      </dl>
    </>
  )
}

function DeletedRuns({ number }: { readonly number: number | undefined }) {
  const [isPurging, setPurging] = useState(false)
  if (number === undefined) return '–'
  return (
    <>
      {number === 0 ? (
        'none'
      ) : (
        <span className={classes.buttons}>
          <Anchor inherit renderRoot={(props) => <Link {...props} to="/" search={{ list: 'deleted' }} />}>
            {counted(number, 'run')}
          </Anchor>
          <span className={classes.aside}>can be restored for 30 days</span>
          <Button variant="default" size="compact-xs" onClick={() => setPurging(true)}>
            Delete for good…
          </Button>
        </span>
      )}
      <PurgeRuns opened={isPurging} number={number} onClose={() => setPurging(false)} />
    </>
  )
}
