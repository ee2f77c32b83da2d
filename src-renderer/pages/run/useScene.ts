import { useCallback, useId, useMemo } from 'react'
import type { EpochInfo, FeedbackInfo, RunSummary, SnapshotInfo } from '../../../shared/api/runs.ts'
import { type Evaluation, evaluationsOf } from '../../../shared/metrics/evaluations.ts'
import type { CompiledSchedule } from '../../../shared/schedule/index.ts'
import type { ChartAxis, ChartBand } from '../../charts/types.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { compiledOfRun } from '../../ribbon/ribbonOf.ts'
import { placeWords } from './placeWords.ts'
import { bandsOf, type JudgedPart, judgedPartOf, type ScoreWords, type StepWindow } from './scene.ts'
import type { ChangeView, ViewState } from './viewState.ts'
import { epochMap, secondsPerStep, stepMap, timeMap, type XMap } from './xMap.ts'
import { isWhole, type Span, stepsOf } from './zoom.ts'

/** What all charts of a run have in common: its steps on one axis, and the part of them that is looked at. */
export interface Scene {
  readonly run: RunSummary
  readonly epochs: readonly EpochInfo[]
  readonly snapshots: readonly SnapshotInfo[]
  /** At the ends of epochs, and of cycles that end in mid-epoch. */
  readonly evaluations: readonly Evaluation[]
  readonly feedback: readonly FeedbackInfo[]
  readonly schedule: CompiledSchedule
  /** By what the run is judged, and how that is told. */
  readonly words: ScoreWords
  readonly view: ViewState
  readonly change: ChangeView
  readonly map: XMap
  readonly window: StepWindow
  /** For the host: absent where everything is looked at. */
  readonly range: { readonly fromStep?: number; readonly toStep?: number }
  readonly axis: ChartAxis
  readonly bands: readonly ChartBand[]
  /** Of the shared cursor. */
  readonly group: string
  /** In values of the axis; undefined: all of it. */
  readonly onZoom: (window: Span | undefined) => void
  /** Step, epoch and time of a place on the axis. */
  readonly placeWords: (x: number) => string
}

interface Given {
  readonly run: RunSummary
  readonly epochs: readonly EpochInfo[]
  readonly snapshots: readonly SnapshotInfo[]
  readonly feedback: readonly FeedbackInfo[]
  readonly samplesPerSecond: number | null
  readonly view: ViewState
  readonly change: ChangeView
}

/** Of a run of another program, whose spec and plan are not known: what stands for them along its steps. */
export interface StandIn {
  readonly schedule: CompiledSchedule
  readonly part: JudgedPart
}

export function useScene(given: Given, standIn?: StandIn): Scene {
  const { run, epochs, snapshots, feedback, view, change } = given
  const group = useId()
  const schedule = standIn?.schedule ?? compiledOfRun(run)
  const map = useMap(given)
  const { totalSteps } = schedule
  const zoom = view.zoom
  const { from, to } = useMemo(
    () => (zoom === undefined ? { from: 0, to: totalSteps - 1 } : stepsOf(zoom, totalSteps)),
    [zoom, totalSteps],
  )
  const isZoomed = zoom !== undefined
  const range = useMemo(() => (isZoomed ? { fromStep: from, toStep: to } : {}), [isZoomed, from, to])
  const window = useMemo(() => ({ from, to }), [from, to])
  const axis = useMemo(
    (): ChartAxis => ({
      label: map.label,
      ...(map.unit !== undefined && { unit: map.unit }),
      domain: [map.toX(from), map.toX(to)],
      format: map.format,
      whole: map.whole === true,
    }),
    [map, from, to],
  )
  const bands = useMemo(() => bandsOf(schedule, window, map), [schedule, window, map])
  const evaluations = useMemo(() => evaluationsOf(epochs, snapshots), [epochs, snapshots])
  const [measure] = useScoreMeasure()
  const part = standIn?.part ?? judgedPartOf(run)
  const words = useMemo(() => ({ part, measure }), [part, measure])
  const pace = standIn === undefined ? secondsPerStep(run, epochs, given.samplesPerSecond) : undefined
  const stepsPerEpoch = standIn === undefined ? run.planned.plan.stepsPerEpoch : undefined
  const toWords = useMemo(
    () => placeWords({ map, stepsPerEpoch, totalSteps, epochs, pace }),
    [map, stepsPerEpoch, totalSteps, epochs, pace],
  )
  const onZoom = useCallback(
    (span: Span | undefined) => {
      if (span === undefined) return change({ zoom: undefined })
      const steps = stepsOf([map.toStep(span[0]), map.toStep(span[1])], totalSteps)
      const whole = isWhole([steps.from, steps.to], [0, totalSteps - 1])
      change({ zoom: whole ? undefined : [steps.from, steps.to] })
    },
    [change, map, totalSteps],
  )
  return {
    run,
    epochs,
    snapshots,
    evaluations,
    feedback,
    schedule,
    words,
    view,
    change,
    map,
    window,
    range,
    axis,
    bands,
    group,
    onZoom,
    placeWords: toWords,
  }
}

/** Training time has no axis before anything was measured. */
export const canShowTime = (run: RunSummary, epochs: readonly EpochInfo[], speed: number | null): boolean =>
  epochs.length > 0 || secondsPerStep(run, epochs, speed) !== undefined

function useMap({ run, epochs, samplesPerSecond, view }: Given): XMap {
  const { stepsPerEpoch } = run.planned.plan
  const pace = view.x === 'time' ? secondsPerStep(run, epochs, samplesPerSecond) : undefined
  return useMemo(() => {
    if (view.x === 'epoch') return epochMap(stepsPerEpoch)
    if (view.x === 'time' && pace !== undefined) return timeMap(epochs, pace)
    return stepMap
  }, [view.x, stepsPerEpoch, epochs, pace])
}
