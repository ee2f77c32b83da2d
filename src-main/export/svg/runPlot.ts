import { UserError } from '../../../shared/errors.ts'
import { buildTimetable } from '../../../shared/run/plan.ts'
import type { RunRecord, SeriesView, StoreReads } from '../../store/types.ts'
import { cycleBands, momentumPanel, ratePanel } from './schedulePlot.ts'
import { drawTimePlot, type Line, type Panel } from './timePlot.ts'

const pointsDrawn = 2000

/**
 * A run as a picture: rate and momentum as applied, and accuracy, over one time axis in epochs; of another program's run as
 * its logs say them, by steps.
 * @throws UserError where the logs of another program's run have none of these
 */
export function drawRun(read: StoreReads, run: RunRecord): string {
  if (run.elsewhere !== null) return drawElsewhere(read, run)
  const { schedule, stepsPerEpoch } = buildTimetable(run.spec, run.planned)
  const time = (step: number): number => step / stepsPerEpoch
  const series = (name: string): SeriesView =>
    read.series({ runId: run.id, series: name, points: pointsDrawn })
  const momentum = lineOf('momentum', series('momentum'), time)
  return drawTimePlot({
    title: run.name,
    subtitle: schedule.summary,
    xLabel: 'epoch',
    xDomain: [0, time(schedule.totalSteps)],
    cycles: cycleBands(schedule, time),
    marks: read.snapshots(run.id).map(({ step }) => time(step + 1)),
    marksLabel: 'snapshot',
    panels: [
      ratePanel([lineOf('learning rate', series('lr'), time)]),
      ...(momentum.points.length > 0 ? [momentumPanel([momentum])] : []),
      ...accuracyPanel(read, run, time),
    ],
  })
}

/** Its spec and its plan stand in: nothing of them is drawn. */
function drawElsewhere(read: StoreReads, run: RunRecord): string {
  const byStep = (step: number): number => step
  const rate = lineOf(
    'learning rate',
    read.series({ runId: run.id, series: 'lr', points: pointsDrawn }),
    byStep,
  )
  const accuracies = accuracyPanel(read, run, byStep)
  const panels = [...(rate.points.length > 0 ? [ratePanel([rate])] : []), ...accuracies]
  if (panels.length === 0)
    throw new UserError(
      `While drawing run ${run.id}: another program trained it, and neither its learning rate nor its accuracy is known; write what is known of it as csv or json.`,
    )
  return drawTimePlot({
    title: run.name,
    subtitle: 'Trained by another program.',
    xLabel: 'step',
    xDomain: [0, Math.max(1, run.stepsDone)],
    cycles: [],
    marks: [],
    marksLabel: 'snapshot',
    panels,
  })
}

function accuracyPanel(read: StoreReads, run: RunRecord, time: (step: number) => number): Panel[] {
  const epochs = read.epochs(run.id)
  const line = (
    name: string,
    key: 'trainAccuracy' | 'valAccuracy' | 'testAccuracy',
    dashed: boolean,
  ): Line[] => {
    const points = epochs.flatMap((epoch) => {
      const value = epoch[key]
      return value === null ? [] : [[time(epoch.step + 1), 100 * value] as const]
    })
    return points.length === 0 ? [] : [{ name, points, dashed, dots: points.length <= 120 }]
  }
  const lines = [
    ...line('training, mean of the epoch', 'trainAccuracy', true),
    ...line('validation', 'valAccuracy', false),
    ...line('test', 'testAccuracy', false),
  ]
  return lines.length === 0 ? [] : [{ label: 'accuracy (%)', scale: 'linear', lines, height: 220 }]
}

/** Steps are drawn where they begin. */
function lineOf(name: string, view: SeriesView, time: (step: number) => number): Line {
  return {
    name,
    points: [...view.steps].map((step, i) => [time(step), view.values[i] ?? Number.NaN] as const),
  }
}
