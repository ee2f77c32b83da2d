import { didYouMean } from '../../shared/didYouMean.ts'
import { show, UserError } from '../../shared/errors.ts'
import { initialPlan } from '../../shared/run/plan.ts'
import { parseRunSpec, type RunSpec } from '../../shared/run/spec.ts'
import { fromPyTorch } from '../../shared/schedule/import/pytorch/fromPyTorch.ts'
import { parseSchedule, presets, type SchedulePlan, type ScheduleSpec } from '../../shared/schedule/index.ts'
import { createCatalogue } from '../datasets/index.ts'
import { homeFolder } from '../homeFolder.ts'
import { planRun } from '../runs/plannedRun.ts'
import type { Cli } from './context.ts'
import { epochHint } from './epochHint.ts'
import { readJsonFile } from './files.ts'

/* Which schedule a command line means: that of a file, a preset or a text of PyTorch's, over which steps. */

/** Options of the command line. */
interface ScheduleSource {
  readonly spec?: string | undefined
  readonly preset?: string | undefined
  readonly fromPytorch?: string | undefined
  readonly lr?: number | undefined
  readonly momentum?: number | undefined
  readonly stepped: 'step' | 'epoch'
  readonly steps?: number | undefined
  readonly stepsPerEpoch?: number | undefined
}

interface PlannedSchedule {
  readonly name: string
  readonly spec: ScheduleSpec
  readonly plan: SchedulePlan
  /** Where the schedule is that of a run. */
  readonly run?: RunSpec
  /** For the user, on what was assumed. */
  readonly hint: string
}

/** A run is planned as it would train; a schedule on its own over the steps given. */
export async function planSchedule(cli: Cli, chosen: ScheduleSource): Promise<PlannedSchedule> {
  if (chosen.fromPytorch !== undefined) return planFromPyTorch(chosen, chosen.fromPytorch)
  const { name, spec, run } = readSchedule(chosen)
  if (run !== undefined) return { name, spec, run, plan: await planOfRun(cli, run, chosen), hint: '' }
  const plan = planOf(chosen)
  return { name, spec, plan, hint: chosen.stepsPerEpoch === undefined ? epochHint(spec) : '' }
}

function planOf({ steps, stepsPerEpoch }: ScheduleSource): SchedulePlan {
  if (steps === undefined) {
    throw new UserError('While planning the schedule: --steps is missing; give the number of steps to plan.')
  }
  return { totalSteps: steps, stepsPerEpoch: stepsPerEpoch ?? 1 }
}

/** A scheduler of PyTorch's over the steps given. */
function planFromPyTorch(chosen: ScheduleSource, text: string): PlannedSchedule {
  if (chosen.spec !== undefined || chosen.preset !== undefined) throw oneSource()
  const plan = planOf(chosen)
  const { lr, momentum, stepsPerEpoch, stepped: interval } = chosen
  const { spec, name, notes } = fromPyTorch(text, { lr, momentum, stepsPerEpoch, interval, plan })
  const hint = stepsPerEpoch === undefined ? epochHint(spec) : ''
  return { name, spec, plan, hint: [...notes.map((note) => `${note}\n`), hint].join('') }
}

const oneSource = (): UserError =>
  new UserError('While choosing the schedule: give either --spec FILE, --preset ID or --from-pytorch TEXT.')

/** What is given on the command line goes before what the run's data set and budget come to. */
async function planOfRun(
  cli: Cli,
  run: RunSpec,
  { steps, stepsPerEpoch }: ScheduleSource,
): Promise<SchedulePlan> {
  if (steps !== undefined && stepsPerEpoch !== undefined) return { totalSteps: steps, stepsPerEpoch }
  const plan =
    stepsPerEpoch === undefined
      ? (await planRun(run, createCatalogue(homeFolder(cli.terminal.env)))).plan
      : initialPlan(run, stepsPerEpoch * run.batchSize)
  return steps === undefined ? plan : { totalSteps: steps, stepsPerEpoch: plan.stepsPerEpoch }
}

/** A schedule on its own, or a run and the schedule inside it. */
function readSchedule({ spec: file, preset: id }: ScheduleSource): {
  name: string
  spec: ScheduleSpec
  run?: RunSpec
} {
  if ((file === undefined) === (id === undefined)) {
    throw oneSource()
  }
  if (id !== undefined) {
    const preset = presets.find((known) => known.id === id)
    if (preset === undefined) {
      const ids = presets.map((known) => known.id)
      throw new UserError(
        `While choosing the schedule: there is no preset ${show(id)}${didYouMean(id, ids)}; there are ${ids.join(', ')}.`,
      )
    }
    return { name: preset.name, spec: preset.spec }
  }
  const content = readJsonFile(file ?? '', 'reading the schedule')
  const holdsSchedule =
    typeof content === 'object' && content !== null && 'schedule' in content && !('kind' in content)
  if (holdsSchedule && 'budget' in content) {
    const run = parseRunSpec(content)
    return { name: `Schedule: ${run.schedule.kind}`, spec: run.schedule, run }
  }
  const spec = parseSchedule(holdsSchedule ? content.schedule : content)
  return { name: `Schedule: ${spec.kind}`, spec }
}
