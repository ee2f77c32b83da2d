import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { StudySummary } from '../../../../shared/api/studies.ts'
import { counted } from '../../../format/format.ts'
import { useScoreMeasure } from '../../../hooks/useScoreMeasure.ts'
import { extendStudy } from '../studyActs.ts'
import { bestRows } from './rows.ts'
import type { Sweep } from './useSweep.ts'
import { objectiveSpread, settingName } from './words.ts'

interface AddSeedsProps {
  readonly study: StudySummary
  readonly sweep: Sweep
  readonly onClose: () => void
}

const howMany = 5
const mostSeeds = 20

/** More seeds for the best settings, so that it can be told which of them is better. */
export function AddSeeds({ study, sweep, onClose }: AddSeedsProps) {
  const [measure] = useScoreMeasure()
  const [count, setCount] = useState(2)
  const [isBusy, setBusy] = useState(false)
  const { objective } = sweep.spec
  const best = bestRows(sweep.rows, objective).slice(0, howMany)
  const seeds = newSeeds(best, count)
  const runs = seeds.length * best.length
  const add = async (): Promise<void> => {
    setBusy(true)
    const of = best.flatMap(({ cells: [first] }) => (first === undefined ? [] : [first.key]))
    const isDone = await extendStudy(study, { seeds, of }, `${counted(runs, 'run')} added to ${study.name}`)
    setBusy(false)
    if (isDone) onClose()
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={
        best.length < howMany
          ? `Add seeds to ${counted(best.length, 'setting')}`
          : 'Add seeds to the best five'
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <ul style={{ margin: 0, paddingInlineStart: '1.2em' }}>
          {best.map((row) => (
            <li key={row.key}>
              {settingName(row, sweep.nameOf)}: {objectiveSpread(row.score, objective, measure)},{' '}
              {counted(row.score?.n ?? 0, 'run')}
            </li>
          ))}
        </ul>
        <NumberInput
          label="More seeds for each"
          min={1}
          max={mostSeeds}
          allowDecimal={false}
          value={count}
          onChange={(value) => setCount(Math.min(mostSeeds, Math.max(1, Number(value) || 1)))}
        />
        <Text size="sm" c="dimmed">
          {seeds.length === 1 ? 'Seed' : 'Seeds'} {seeds.join(', ')}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={runs === 0} loading={isBusy} onClick={() => void add()}>
            Add {counted(runs, 'run')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

/** The next whole numbers after the seeds that are taken. */
function newSeeds(rows: ReturnType<typeof bestRows>, count: number): number[] {
  const last = rows.flatMap(({ cells }) => cells).reduce((most, { seed }) => Math.max(most, seed), 0)
  return Array.from({ length: count }, (_, i) => last + 1 + i)
}
