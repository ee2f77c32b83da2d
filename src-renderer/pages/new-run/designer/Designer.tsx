import { Button, Text } from '@mantine/core'
import { useElementSize, useMediaQuery } from '@mantine/hooks'
import { lazy, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import { UserError } from '../../../../shared/errors.ts'
import {
  compileSchedule,
  type Handle,
  handlesOf,
  type SchedulePlan,
} from '../../../../shared/schedule/index.ts'
import { count, rate } from '../../../format/format.ts'
import type { FoundTest } from '../find-rate/StartPlace.tsx'
import { useForm } from '../form.ts'
import type { Checked } from '../model/check.ts'
import type { Draft, Pinned } from '../model/draft.ts'
import type { Line } from '../model/lines.ts'
import { cutOf } from '../model/mend.ts'
import { previewOf, snapshotsOf } from '../model/preview.ts'
import { openPart, type Selection } from '../model/selection.ts'
import { type Path, pathText } from '../model/tree.ts'
import type { DraftWeights } from '../model/weights.ts'
import { CycleTable } from './CycleTable.tsx'
import classes from './Designer.module.css'
import { Pins } from './Pins.tsx'
import { Preview } from './Preview.tsx'
import { ScheduleNode } from './ScheduleNode.tsx'

const FindRate = lazy(async () => ({ default: (await import('../find-rate/FindRate.tsx')).FindRate }))

const PastePyTorch = lazy(async () => ({ default: (await import('./PastePyTorch.tsx')).PastePyTorch }))

const nothingFound: FoundTest = { test: undefined, snapshot: undefined }

interface DesignerProps {
  /** The schedule of the draft, valid or not. */
  readonly value: unknown
  readonly checked: Checked
  readonly weights: DraftWeights
  /** Where the run is to train. */
  readonly placement: Draft['placement']
  readonly pins: readonly Pinned[]
  readonly onPin: (one: Pinned) => void
  readonly onUnpin: (id: string) => void
  /** Of the panel that finds the rate; undefined while it is closed. */
  readonly found: FoundTest | undefined
  /** undefined closes the panel. */
  readonly onFound: (found: FoundTest | undefined) => void
}

type Whole = Required<Pick<Checked, 'spec' | 'plan' | 'compiled'>>

/** The page is one column that scrolls as a whole: see NewRunPage.module.css. */
const stacked = '(max-width: 56em), (max-height: 32em)'

/** What the form of the range test takes above the curve, in pixels. */
const findHeight = 140

const schedulePath: Path = ['schedule']

/** A family, its parameters, and what they come to, drawn by the function that trains. */
export function Designer(props: DesignerProps) {
  const { value, checked, weights, placement, pins, onPin, onUnpin, found, onFound } = props
  const [selection, setSelection] = useState<Selection>({})
  const onSelect = useCallback((path: Path, part: number) => {
    setSelection((old) => ({ ...old, [pathText(path)]: part }))
  }, [])
  const whole = wholeOf(checked)
  // What is not valid for the moment leaves the last curve standing.
  const last = useRef<Whole>(undefined)
  if (whole !== undefined) last.current = whole
  const shown = whole ?? last.current
  const problem = checked.problems.schedule
  const { ref, height } = useElementSize<HTMLDivElement>()
  const isStacked = useMediaQuery(stacked, false, { getInitialValueInEffect: false })
  const room = isStacked ? undefined : height
  const isFinding = found !== undefined
  const [isPasting, setPasting] = useState(false)
  const hasPlan = checked.plan !== undefined
  const action = useMemo(
    () => (
      <>
        <Button
          className={classes.find}
          variant="default"
          aria-expanded={isFinding}
          title="A short test with a rising rate, to see which rates train"
          onClick={() => onFound(isFinding ? undefined : nothingFound)}
        >
          Find rate
        </Button>
        <Button
          className={classes.find}
          variant="default"
          title="Take a scheduler of PyTorch's, as text, for the schedule"
          disabled={!hasPlan}
          onClick={() => setPasting(true)}
        >
          From PyTorch
        </Button>
      </>
    ),
    [isFinding, onFound, hasPlan],
  )
  return (
    <section aria-label="Schedule designer" className={classes.designer}>
      <div className={classes.asked}>
        {isPasting && checked.plan !== undefined && (
          <Suspense>
            <PastePyTorch plan={checked.plan} onClose={() => setPasting(false)} />
          </Suspense>
        )}
        <ScheduleNode
          path={schedulePath}
          value={value}
          selection={selection}
          onSelect={onSelect}
          action={action}
        />
        {problem && (
          <Text size="sm" c="var(--failure)" id="schedule-problem">
            {problem.sentence ?? `Schedule ${problem.rule}`}
          </Text>
        )}
      </div>
      <div className={classes.drawn} ref={ref}>
        {isFinding && (
          <Suspense>
            <FindRate
              schedule={value}
              checked={checked}
              weights={weights}
              placement={placement}
              found={found}
              onFound={(change) => onFound({ ...found, ...change })}
              onClose={() => onFound(undefined)}
              room={room}
            />
          </Suspense>
        )}
        {found?.test === undefined && (
          <>
            <Pins pins={pins} schedule={checked.spec?.schedule} onPin={onPin} onUnpin={onUnpin}>
              {whole !== undefined && <CutNote {...whole} />}
            </Pins>
            {shown === undefined ? (
              <div className={classes.waiting}>
                <Text c="dimmed">
                  {Object.keys(checked.problems).length > 0
                    ? 'The curve is drawn when what is marked above and beside is right.'
                    : 'Reading the data sets …'}
                </Text>
              </div>
            ) : (
              <Outcome
                {...shown}
                pins={pins}
                selection={selection}
                isStale={whole === undefined}
                room={room === undefined || !isFinding ? room : room - findHeight}
              />
            )}
          </>
        )}
      </div>
    </section>
  )
}

function wholeOf({ spec, plan, compiled }: Checked): Whole | undefined {
  return spec !== undefined && plan !== undefined && compiled !== undefined
    ? { spec, plan, compiled }
    : undefined
}

function Outcome(
  given: Whole & {
    readonly pins: readonly Pinned[]
    readonly selection: Selection
    readonly isStale: boolean
    /** Pixels high that there are for all of this; undefined where the page scrolls as a whole. */
    readonly room: number | undefined
  },
) {
  const { spec, plan, compiled, pins, selection, isStale, room } = given
  const { set } = useForm()
  const drawn = useMemo(() => previewOf(compiled), [compiled])
  const snapshots = useMemo(
    () => snapshotsOf(spec.snapshots, plan, compiled),
    [spec.snapshots, plan, compiled],
  )
  const lines = usePins(pins, plan)
  const handles = useMemo(
    () =>
      isStale ? [] : handlesOf(spec.schedule, plan, openPart(selection), (step) => compiled.at(step).lr),
    [spec.schedule, plan, selection, compiled, isStale],
  )
  const onHandle = useCallback((handle: Handle, to: number) => set(handle.path, to), [set])
  const { optimizer } = spec
  const momentum = 'momentum' in optimizer ? optimizer.momentum : optimizer.beta1
  const movesMomentum = [{ drawn }, ...lines].some((line) => line.drawn.momenta !== undefined)
  const momentumName = 'momentum' in optimizer ? 'momentum' : 'beta1'
  return (
    <>
      <div className={classes.words}>
        <Text size="sm" title={compiled.summary}>
          {isStale ? `As it was when last valid: ${compiled.summary} ` : `${compiled.summary} `}
          <Text
            span
            c="dimmed"
          >{`${count(plan.totalSteps)} steps, ${count(plan.stepsPerEpoch)} an epoch${movesMomentum ? '' : `, ${momentumName} ${rate(momentum)} throughout`}.`}</Text>
        </Text>
      </div>
      <Preview
        compiled={compiled}
        drawn={drawn}
        snapshots={snapshots}
        pins={lines}
        handles={handles}
        onHandle={onHandle}
        stepsPerX={'steps' in spec.budget ? 1 : plan.stepsPerEpoch}
        room={room}
        {...(movesMomentum && {
          momentum,
          momentumName:
            'momentum' in optimizer ? `of ${optimizer.kind === 'sgd' ? 'SGD' : 'RMSProp'}` : 'Adam’s beta1',
        })}
      />
      <CycleTable compiled={compiled} stepsPerEpoch={plan.stepsPerEpoch} rule={spec.snapshots.at} />
    </>
  )
}

/** The last cycle, where the budget cuts it, with a shorter and a longer budget that would not. */
function CutNote({ spec, plan, compiled }: Whole) {
  const { set } = useForm()
  const cut = useMemo(() => cutOf(spec.schedule, plan, compiled, spec.budget), [spec, plan, compiled])
  if (cut === undefined || spec.snapshots.at !== 'cycleEnds') return null
  return (
    <Text size="sm" c="var(--attention)" className={classes.cut} component="div" role="status">
      {cut.words}
      {cut.budgets.map(({ budget, button }) => (
        <Button key={button} size="compact-xs" variant="default" onClick={() => set(['budget'], budget)}>
          {button}
        </Button>
      ))}
    </Text>
  )
}

/** The pinned schedules over this plan; one that cannot be run over it is left out. */
function usePins(pins: readonly Pinned[], { totalSteps, stepsPerEpoch }: SchedulePlan): readonly Line[] {
  return useMemo(
    () =>
      pins.flatMap(({ id, label, schedule }) => {
        try {
          return [{ id, label, drawn: previewOf(compileSchedule(schedule, { totalSteps, stepsPerEpoch })) }]
        } catch (error) {
          if (error instanceof UserError) return []
          throw error
        }
      }),
    [pins, totalSteps, stepsPerEpoch],
  )
}
