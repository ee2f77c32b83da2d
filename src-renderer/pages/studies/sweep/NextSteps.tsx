import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { StudySummary } from '../../../../shared/api/studies.ts'
import { AddSeeds } from './AddSeeds.tsx'
import { AddValues } from './AddValues.tsx'
import type { SettingRow } from './rows.ts'
import type { Sweep } from './useSweep.ts'

interface NextStepsProps {
  readonly study: StudySummary
  readonly sweep: Sweep
  /** What is looked at: the chosen setting, or the best. */
  readonly row: SettingRow | undefined
}

/** What to do with what was found. */
export function NextSteps({ study, sweep, row }: NextStepsProps) {
  const navigate = useNavigate()
  const [open, setOpen] = useState<'values' | 'seeds'>()
  const run = row?.cells.find(({ status }) => status !== 'deleted')
  const close = (): void => setOpen(undefined)
  return (
    <>
      <Button
        disabled={run === undefined}
        title="Opens New run with the spec of this setting"
        onClick={() => run !== undefined && void navigate({ to: '/new', search: { from: run.runId } })}
      >
        New run from this
      </Button>
      <Button variant="default" disabled={sweep.best === undefined} onClick={() => setOpen('values')}>
        Add values around the best…
      </Button>
      <Button variant="default" disabled={sweep.best === undefined} onClick={() => setOpen('seeds')}>
        Add seeds to the best five…
      </Button>
      {open === 'values' && <AddValues study={study} sweep={sweep} onClose={close} />}
      {open === 'seeds' && <AddSeeds study={study} sweep={sweep} onClose={close} />}
    </>
  )
}
