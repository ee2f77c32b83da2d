import { Group, SegmentedControl, Text } from '@mantine/core'
import { Fragment, useMemo, useState } from 'react'
import { UserError } from '../../../shared/errors.ts'
import {
  type ExportTarget,
  exportLibraries,
  exportSchedule,
  exportTargets,
  type SchedulePlan,
  type ScheduleSpec,
  scriptArguments,
} from '../../../shared/schedule/index.ts'
import { CopyButton } from './CopyButton.tsx'
import { SaveCodeMenu } from './SaveCodeMenu.tsx'
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
        <Group gap="xs">
          {code !== '' && schedule && plan && (
            <SaveCodeMenu schedule={schedule} plan={plan} target={target} />
          )}
          <CopyButton text={code} words="Copy code" disabled={code === ''} />
        </Group>
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
      {problem === undefined && schedule && plan && <ScriptArgumentsNote schedule={schedule} plan={plan} />}
    </section>
  )
}

/** What training scripts take for the same rates, where they have them. */
function ScriptArgumentsNote({ schedule, plan }: { schedule: ScheduleSpec; plan: SchedulePlan }) {
  const found = useMemo(() => scriptArguments(schedule, plan), [schedule, plan])
  return (
    <dl className={classes.arguments}>
      {found.map(({ script, text }) => (
        <Fragment key={script}>
          <dt>{script}</dt>
          <dd>
            {text === undefined ? (
              'No arguments of its schedulers give exactly these rates.'
            ) : (
              <code>{text}</code>
            )}
          </dd>
        </Fragment>
      ))}
    </dl>
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
