import type { RunSummary } from '../../../../shared/api/runs.ts'
import { compileSchedule } from '../../../../shared/schedule/index.ts'
import { type BudgetBlock, isHigherBetter, type StudyScore } from '../../../../shared/study/budgetBlocks.ts'
import { seriesColor, seriesDash } from '../../../charts/palette.ts'
import type { ChartSeries } from '../../../charts/types.ts'
import type { ScoreTexts } from '../scoreTexts.ts'

/*
 * Anytime curves: the best model that one has after so many steps. Separate runs give one at the end of each budget. A run
 * whose schedule has cycles gives one at the end of each cycle, all for the price of one run (Portes and others 2022,
 * arXiv 2206.00832).
 */

/** A schedule's one run at the largest budget, by its cycles. */
export interface CyclicRun {
  readonly schedule: string
  /** Steps done at the end of each cycle. */
  readonly steps: readonly number[]
  /** The best so far there: the mean over the seeds. */
  readonly best: readonly number[]
}

/** The best of the values so far, at each of them. */
export function bestSoFar(values: readonly number[], isHigherBetter: boolean): number[] {
  let best = isHigherBetter ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return values.map((value) => {
    best = isHigherBetter ? Math.max(best, value) : Math.min(best, value)
    return best
  })
}

/** Of each schedule the runs as dots and the best of them so far as steps; of cyclic runs a line beside them. */
export function anytimeSeries(
  section: readonly BudgetBlock[],
  cyclic: readonly CyclicRun[],
  score: StudyScore,
  texts: ScoreTexts,
): readonly ChartSeries[] {
  const schedules = section[0]?.outcomes.map(({ schedule }) => schedule) ?? []
  return schedules.flatMap((schedule, place) => {
    const points = section.flatMap(({ steps, outcomes }) => {
      const outcome = outcomes[place]
      return outcome === undefined || outcome.n === 0 ? [] : [{ steps, mean: outcome.mean }]
    })
    const color = seriesColor(place)
    const one = cyclic.find((run) => run.schedule === schedule)
    return [
      ...(points.length === 0 ? [] : separateLines(schedule, points, color, place, score, texts)),
      ...(one === undefined
        ? []
        : [
            {
              id: `${schedule} cycles`,
              entry: schedule,
              label: `${schedule}, one run’s cycles`,
              color,
              marked: true,
              x: one.steps,
              y: one.best.map(texts.drawn),
            },
          ]),
    ]
  })
}

interface Point {
  readonly steps: number
  readonly mean: number
}

function separateLines(
  schedule: string,
  points: readonly Point[],
  color: string,
  place: number,
  score: StudyScore,
  texts: ScoreTexts,
): ChartSeries[] {
  const best = bestSoFar(
    points.map(({ mean }) => mean),
    isHigherBetter(score),
  )
  const dash = seriesDash(place + 1)
  // A stair: it stands until a larger budget has a better model.
  const stair = points.flatMap(({ steps }, i) => [
    ...(i === 0 ? [] : [{ x: steps, y: best[i - 1] ?? 0 }]),
    { x: steps, y: best[i] ?? 0 },
  ])
  return [
    {
      id: `${schedule} runs`,
      entry: schedule,
      label: `${schedule}, mean of each budget’s runs`,
      color,
      dots: true,
      faint: true,
      x: points.map(({ steps }) => steps),
      y: points.map(({ mean }) => texts.drawn(mean)),
    },
    {
      id: schedule,
      label: schedule,
      color,
      ...(dash !== undefined && { dash }),
      x: stair.map(({ x }) => x),
      y: stair.map(({ y }) => texts.drawn(y)),
    },
  ]
}

/**
 * The cycles of one schedule's runs at the largest budget, over those seeds that have every cycle's end.
 * @param runs one a seed. @returns undefined where the schedule has fewer than two cycles, or no run kept their models
 */
export function cyclicRun(
  schedule: string,
  runs: readonly Pick<RunSummary, 'spec' | 'planned' | 'snapshots'>[],
  { part }: StudyScore,
): CyclicRun | undefined {
  const [first] = runs
  if (first === undefined) return undefined
  const ends = cycleEnds(first)
  if (ends.length < 2) return undefined
  const bySeed = runs.flatMap(({ snapshots }) => {
    const scores = ends.map((step) => {
      const snapshot = snapshots.find((one) => one.step === step)
      return (part === 'validation' ? snapshot?.valAccuracy : snapshot?.testAccuracy) ?? null
    })
    const known = scores.filter((value) => value !== null)
    return known.length < ends.length ? [] : [bestSoFar(known, true)]
  })
  if (bySeed.length === 0) return undefined
  return {
    schedule,
    steps: ends.map((step) => step + 1),
    best: ends.map((_, i) => bySeed.reduce((sum, best) => sum + (best[i] ?? 0), 0) / bySeed.length),
  }
}

/** The steps after which a cycle's model is kept, from 0; of a plan that was edited, as it is now. */
function cycleEnds({ spec, planned }: Pick<RunSummary, 'spec' | 'planned'>): number[] {
  const { cycles } = compileSchedule(spec.schedule, planned.plan, planned.edits)
  return cycles.flatMap(({ snapshotStep }) => snapshotStep ?? [])
}
