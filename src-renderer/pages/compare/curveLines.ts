import { useMemo } from 'react'
import { evaluationsOf } from '../../../shared/metrics/evaluations.ts'
import { accuracyOn } from '../../../shared/run/best.ts'
import { type RateScale, scaleOfRates } from '../../charts/rateScale.ts'
import type { ChartSeries } from '../../charts/types.ts'
import type { ScoreMeasure } from '../../format/scoreMeasure.ts'
import { lineInMeasure } from '../run/chartParts.ts'
import { judgedPartOf } from '../run/scene.ts'
import type { Place } from './places.ts'
import type { Curves } from './useCurves.ts'
import type { EpochsOf } from './useEpochs.ts'

/** The lines of a comparison by chart, one a run in each; a line's id is its run's. */
export interface CurveLines {
  /** Accuracy or error on the data that each run is judged by. */
  readonly judged: readonly ChartSeries[]
  readonly score: readonly ChartSeries[]
  readonly loss: readonly ChartSeries[]
  readonly lr: readonly ChartSeries[]
  /** Undefined where all runs keep one momentum. */
  readonly momentum: readonly ChartSeries[] | undefined
  readonly rateScale: RateScale
}

/** @param measure how accuracies are told */
export function useCurveLines(
  places: readonly Place[],
  curves: Curves,
  epochsOf: EpochsOf,
  measure: ScoreMeasure,
): CurveLines {
  return useMemo(() => {
    const stored = (name: string): ChartSeries[] =>
      places.map((place) => {
        const answer = curves.of(place.run.id, name)
        return { ...lookOf(place), x: answer?.steps.map(place.map.toX) ?? [], y: answer?.values ?? [] }
      })
    const inMeasure = (line: ChartSeries): ChartSeries => lineInMeasure(line, measure)
    const momentum = stored('momentum')
    const lr = stored('lr')
    return {
      judged: places.map((place) => inMeasure(judgedLine(place, epochsOf))),
      score: stored('accuracy').map(inMeasure),
      loss: stored('loss'),
      lr,
      momentum: differs(momentum) ? momentum : undefined,
      rateScale: scaleOfRates(lr.flatMap(evenly)),
    }
  }, [places, curves, epochsOf, measure])
}

const lookOf = ({ run, label, color, dash }: Place) => ({
  id: run.id,
  label,
  color,
  ...(dash !== undefined && { dash }),
})

/** Without validation data a run is judged by the test data, which is to be seen. */
function judgedLine(place: Place, epochsOf: EpochsOf): ChartSeries {
  const { run, map } = place
  const part = judgedPartOf(run)
  const look = lookOf(place)
  const scores = evaluationsOf(epochsOf(run.id), run.snapshots).flatMap((evaluation) => {
    const accuracy = accuracyOn(evaluation, part)
    return accuracy === null ? [] : [{ x: map.toX(evaluation.step), accuracy }]
  })
  return {
    ...look,
    label: part === 'test' ? `${look.label} (test)` : look.label,
    x: scores.map(({ x }) => x),
    y: scores.map(({ accuracy }) => accuracy),
  }
}

const differs = (lines: readonly ChartSeries[]): boolean =>
  new Set(lines.flatMap(({ y }) => y).filter((value) => value !== null)).size > 1

/** Of each line alike many values. */
const samples = 60

function evenly({ y }: ChartSeries): number[] {
  const every = Math.max(1, (y.length - 1) / (samples - 1))
  const size = Math.min(samples, y.length)
  return Array.from({ length: size }, (_, i) => y[Math.round(i * every)] ?? Number.NaN)
}
