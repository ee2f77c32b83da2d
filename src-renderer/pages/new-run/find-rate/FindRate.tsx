import { Button, CloseButton, SegmentedControl, Text, Title } from '@mantine/core'
import { type Query, useMutation } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { RunSummary } from '../../../../shared/api/runs.ts'
import { rateRamp } from '../../../../shared/run/rateTest.ts'
import { isActive } from '../../../../shared/run/state.ts'
import { api, queryClient, trpc } from '../../../client.ts'
import { errorWords } from '../../../components/errorWords.ts'
import { duration } from '../../../format/format.ts'
import { useRunWatch } from '../../../hooks/useRunWatch.ts'
import { ProgressLine } from '../../../rate-test/ProgressLine.tsx'
import { RateTestReading } from '../../../rate-test/RateTestReading.tsx'
import { useLines, useRateTestView } from '../../../rate-test/useRateTest.ts'
import { changedSince } from '../../../rate-test/words.ts'
import { Field } from '../Field.tsx'
import { FormContext } from '../form.ts'
import type { Checked } from '../model/check.ts'
import type { Draft } from '../model/draft.ts'
import { getAt, setAt, textAt } from '../model/tree.ts'
import { type DraftWeights, weightsOf } from '../model/weights.ts'
import { useTime } from '../useTime.ts'
import classes from './FindRate.module.css'
import { type FoundTest, StartPlace } from './StartPlace.tsx'
import { checkTest, freshTest, testFields, testPath, withRamp, withUnit } from './testFields.ts'
import { UseRates } from './UseRates.tsx'

interface FindRateProps {
  /** The schedule of the draft, valid or not. */
  readonly schedule: unknown
  readonly checked: Checked
  /** What the run is to begin with, where the test begins with no snapshot. */
  readonly weights: DraftWeights
  /** Where the run is to train, and so the test. */
  readonly placement: Draft['placement']
  readonly found: FoundTest
  readonly onFound: (change: Partial<FoundTest>) => void
  readonly onClose: () => void
  /** Pixels high that there are for all of this; undefined where the page scrolls as a whole. */
  readonly room: number | undefined
}

/* Heights in pixels: the form and the line below it, and the least and usual height of the plot. */
const around = 128
const leastPlot = 330
const usualPlot = 460

/** A range test of the run as the form has it: its settings, the plot as it trains, and its rates into the schedule. */
export function FindRate(given: FindRateProps) {
  const { schedule, checked, weights, placement, found, onFound, onClose, room } = given
  const [draft, setDraft] = useState(freshTest)
  const stepsPerEpoch = checked.plan?.stepsPerEpoch
  const test = useMemo(() => checkTest(draft, stepsPerEpoch), [draft, stepsPerEpoch])
  const form = useMemo(
    () => ({
      set: (path: readonly (string | number)[], value: unknown) =>
        setDraft((old) => ({ ...old, tree: setAt(old.tree, path.slice(testPath.length), value) })),
      update: () => undefined,
      gesture: () => undefined,
      problems: test.problems,
    }),
    [test.problems],
  )
  const launch = useLaunchTest({ checked, weights, placement, found }, (run) => onFound({ test: run.id }))
  const isWrong = Object.keys(checked.problems).length > 0
  const canStart = test.settings !== undefined && checked.spec !== undefined && !isWrong
  const height = room === undefined ? usualPlot : Math.max(leastPlot, room - around)
  return (
    <section className={classes.panel} aria-label="Find the rate">
      <div className={classes.head}>
        <Title order={2}>Find the rate</Title>
        <SegmentedControl
          size="xs"
          aria-label="Ramp"
          value={textAt(draft.tree, ['ramp'])}
          data={rateRamp.options.map((value) => ({ value, label: value }))}
          onChange={(value) => setDraft((old) => withRamp(old, rateRamp.parse(value)))}
        />
        <SegmentedControl
          size="xs"
          aria-label="Length in"
          value={draft.unit}
          data={['steps', 'epochs']}
          onChange={(value) =>
            setDraft((old) => withUnit(old, value === 'epochs' ? 'epochs' : 'steps', stepsPerEpoch))
          }
        />
        <StartPlace found={found} onFresh={() => onFound({ snapshot: undefined })} />
        <Cost checked={checked} steps={test.settings?.steps} isWrong={isWrong} />
        <CloseButton
          className={classes.close}
          aria-label="Close: back to the curve of the schedule"
          onClick={onClose}
        />
      </div>
      <FormContext value={form}>
        <div className={classes.fields}>
          {testFields(draft.unit).map((field) => (
            <Field key={field.key} at={testPath} field={field} value={getAt(draft.tree, [field.key])} />
          ))}
          <div className={classes.start}>
            <Button
              loading={launch.isPending}
              disabled={!canStart}
              onClick={() => {
                if (test.settings !== undefined) launch.mutate(test.settings)
              }}
            >
              {found.test === undefined ? 'Start the test' : 'Start another test'}
            </Button>
          </div>
        </div>
      </FormContext>
      {launch.error !== null && (
        <Text size="sm" c="var(--failure)" role="alert">
          {errorWords(launch.error)}
        </Text>
      )}
      {found.test !== undefined && (
        <RunningTest
          key={found.test}
          id={found.test}
          schedule={schedule}
          plan={checked.plan}
          spec={checked.spec}
          height={height}
        />
      )}
      {found.test === undefined && (
        <Text size="sm" c="dimmed">
          A short run whose rate rises from step to step shows where the loss falls and where it bursts. It
          trains the run as it stands here, schedule apart, and is kept among the runs as a range test.
        </Text>
      )}
    </section>
  )
}

function useLaunchTest(
  {
    checked,
    weights,
    placement,
    found: { snapshot },
  }: Pick<FindRateProps, 'checked' | 'weights' | 'placement' | 'found'>,
  onLaunched: (run: RunSummary) => void,
) {
  return useMutation({
    mutationFn: (settings: object) =>
      api.rateTests.launch.mutate({
        spec: checked.spec,
        settings,
        placement,
        ...(snapshot === undefined ? { initialWeights: weightsOf(weights) } : { snapshotId: snapshot }),
      }),
    onSuccess: onLaunched,
  })
}

/** What the test will take, or why it cannot start. */
function Cost({
  checked,
  steps,
  isWrong,
}: {
  readonly checked: Checked
  readonly steps: number | undefined
  readonly isWrong: boolean
}) {
  const { known } = useTime(checked.spec)
  const words = (): string => {
    if (isWrong || checked.spec === undefined) return 'mend what is marked in the form first'
    if (steps === undefined) return 'mend what is marked first'
    return known === undefined ? '' : `at most about ${duration(steps * known.secondsPerStep)}`
  }
  return (
    <Text size="xs" c="dimmed">
      {words()}
    </Text>
  )
}

const hasFailed = ({ state }: Query): boolean => state.status === 'error'

interface RunningTestProps {
  readonly id: string
  readonly schedule: unknown
  readonly plan: Checked['plan']
  /** Of the draft, while it is valid. */
  readonly spec: Checked['spec']
  readonly height: number
}

function RunningTest({ id, schedule, plan, spec, height }: RunningTestProps) {
  const { run, error: runError } = useRunWatch(id)
  const { view, error } = useRateTestView(run)
  const { lines, move } = useLines(view)
  const isOver = run !== undefined && !isActive(run.status)
  // While it trained, no time could be measured.
  useEffect(() => {
    if (isOver) void queryClient.refetchQueries({ ...trpc.runs.estimate.queryFilter(), predicate: hasFailed })
  }, [isOver])
  const wrong = runError ?? error
  if (run === undefined || view === undefined || lines === undefined) {
    return (
      <Text size="sm" c="dimmed" role="status">
        {wrong === undefined || wrong === null ? 'Opening the range test …' : errorWords(wrong)}
      </Text>
    )
  }
  const changed = changedSince(run.spec, spec)
  return (
    <>
      <div className={classes.progress}>
        <ProgressLine run={run} view={view} />
        {isActive(run.status) && <StopButton id={id} />}
        {run.status === 'failed' && (
          <Text size="sm" c="var(--failure)" role="alert">
            {run.reason}
          </Text>
        )}
      </div>
      {changed !== undefined && (
        <Text size="sm" c="var(--attention)" role="status">
          {changed}
        </Text>
      )}
      <RateTestReading run={run} view={view} lines={lines} onMove={move} height={height}>
        <UseRates schedule={schedule} plan={plan} lines={lines} />
      </RateTestReading>
    </>
  )
}

function StopButton({ id }: { readonly id: string }) {
  const stop = useMutation({
    mutationFn: () => api.runs.command.mutate({ id, command: { type: 'stop', when: 'now' } }),
  })
  return (
    <Button size="compact-xs" variant="default" disabled={stop.isPending} onClick={() => stop.mutate()}>
      {stop.isPending ? 'Stopping…' : 'Stop'}
    </Button>
  )
}
