import { Group, SegmentedControl, Text } from '@mantine/core'
import { useMemo, useState } from 'react'
import { UserError } from '../../../shared/errors.ts'
import {
  type ExportTarget,
  exportLibraries,
  exportSchedule,
  exportTargets,
  type SchedulePlan,
  type ScheduleSpec,
} from '../../../shared/schedule/index.ts'
import { CopyButton } from './CopyButton.tsx'
import classes from './TextView.module.css'

interface CodeViewProps {
  /** undefined while the draft is not valid. */
  readonly schedule: ScheduleSpec | undefined
  readonly plan: SchedulePlan | undefined
}

/** The schedule as code for other libraries, with the values that Anneal trains with. */
export function CodeView({ schedule, plan }: CodeViewProps) {
  const [target, setTarget] = useState<ExportTarget>('pytorch')
  const { code, problem } = useMemo(() => codeOf(schedule, plan, target), [schedule, plan, target])
  return (
    <section className={classes.view} aria-label="Schedule as code">
      <Group gap="sm" justify="space-between">
        <SegmentedControl
          aria-label="Library"
          value={target}
          onChange={setTarget}
          data={exportTargets.map((value) => ({ value, label: exportLibraries[value] }))}
        />
        <CopyButton text={code} words="Copy code" disabled={code === ''} />
      </Group>
      {problem !== undefined && (
        <Text role="alert" size="sm" c="var(--failure)">
          {problem}
        </Text>
      )}
      <textarea
        className={classes.text}
        aria-label={`Schedule for ${exportLibraries[target]}`}
        readOnly
        value={code}
      />
    </section>
  )
}

function codeOf(
  schedule: ScheduleSpec | undefined,
  plan: SchedulePlan | undefined,
  target: ExportTarget,
): { code: string; problem?: string } {
  if (schedule === undefined || plan === undefined) {
    return { code: '', problem: 'There is code when the schedule and its budget are valid.' }
  }
  try {
    return { code: exportSchedule(schedule, plan, target) }
  } catch (error) {
    if (error instanceof UserError) return { code: '', problem: error.message }
    throw error
  }
}
