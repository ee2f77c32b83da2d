import { UserError } from '../../../errors.ts'
import { compileSchedule } from '../../compile.ts'
import type { SchedulePlan } from '../../plan.ts'
import { parseSchedule, type ScheduleSpec } from '../../spec.ts'
import { listRates } from './listRates.ts'
import type { Told } from './reader.ts'
import { type FoundScheduler, readScheduler } from './readScheduler.ts'
import { Unstartable } from './schedulers.ts'
import { type Interval, specOf } from './toSpec.ts'

export interface PyTorchRun {
  /** The optimizer's rate and momentum (or first beta) before the scheduler is made, where the text does not say them. */
  readonly lr?: number | undefined
  readonly momentum?: number | undefined
  readonly plan: SchedulePlan
  /** When the script calls scheduler.step(): after every optimizer step, or after every epoch. */
  readonly interval: Interval
  /** What len(loader) is in the text; by default not known. */
  readonly stepsPerEpoch?: number | undefined
}

export interface FromPyTorch {
  readonly spec: ScheduleSpec
  /** Of the kind of scheduler that was read: "SequentialLR". */
  readonly name: string
  /** The optimizer's own momentum, where the text says it and the scheduler leaves it alone. */
  readonly momentum?: number
  /** Whether the rates are listed one by one, as far as the plan goes, since no kind of schedule says the same. */
  readonly isListed: boolean
  /** What a user should know, in sentences. */
  readonly notes: readonly string[]
}

/** How far the rates are held against PyTorch's, in ticks of the scheduler. */
const checkedTicks = 20_000

/**
 * The schedule that a PyTorch scheduler gives, from the text that makes it. The text is parsed and never run. Every rate
 * of the plan, up to 20,000 ticks, is held against what PyTorch 2.6's scheduler gives; where no kind of schedule says the
 * same, the rates are listed.
 * @throws PlacedError naming the place that cannot be said and why, UserError where there is no scheduler
 */
export function fromPyTorch(text: string, run: PyTorchRun): FromPyTorch {
  const { plan, interval } = run
  const told: Told = { lr: run.lr, momentum: run.momentum, stepsPerEpoch: run.stepsPerEpoch }
  const found = readScheduler(text, told)
  const { scheduler, source, node, notes } = found
  const { name } = scheduler.made
  const { group } = scheduler
  if (Number.isNaN(group.lr)) {
    throw source.error(
      node,
      'the rate of the optimizer is not known: give its lr, or paste the line that makes the optimizer',
    )
  }
  if (name === 'ReduceLROnPlateau') {
    const spec = parseSchedule(specOf(scheduler, interval))
    return { spec, name, isListed: false, notes: [...notes], ...ownMomentum(found) }
  }
  const candidate = specOf(scheduler, interval)
  const series = ratesOf(found, ticksOf(plan, interval), notes)
  const { spec, isListed } = matching(candidate, series, run, found)
  if (isListed) {
    notes.add(
      'Its rates are listed one by one as far as this plan goes: no kind of schedule here says the same.',
    )
  }
  return { spec, name, isListed, notes: [...notes], ...ownMomentum(found) }
}

function ownMomentum({ scheduler: { group } }: FoundScheduler): { momentum?: number } {
  return group.movesMomentum || group.momentum === undefined ? {} : { momentum: group.momentum }
}

const ticksOf = ({ totalSteps, stepsPerEpoch }: SchedulePlan, interval: Interval): number =>
  Math.min(checkedTicks, interval === 'step' ? totalSteps : Math.ceil(totalSteps / stepsPerEpoch))

interface Series {
  readonly lr: readonly number[]
  /** undefined where the scheduler leaves it alone. */
  readonly momentum: readonly number[] | undefined
}

/** What PyTorch's scheduler gives at its ticks; it ends where PyTorch does. */
function ratesOf(found: FoundScheduler, ticks: number, notes: Set<string>): Series {
  const { scheduler, source, node } = found
  const { group } = scheduler
  const [lr, momentum]: [number[], number[]] = [[], []]
  // One more tick than OneCycleLR has steps is none that a training step uses.
  const last =
    scheduler.made.name === 'OneCycleLR' ? Math.min(ticks, scheduler.made.numbers.total ?? ticks) : ticks
  for (let tick = 0; tick < last; tick++) {
    if (tick > 0) step(found, tick)
    if (!Number.isFinite(group.lr)) {
      throw source.error(
        node,
        `PyTorch has no rate at tick ${tick} (counted from 0): it stops with an error there`,
      )
    }
    lr.push(group.lr)
    momentum.push(group.momentum ?? Number.NaN)
  }
  if (last < ticks)
    notes.add(`PyTorch stops with an error after ${last} steps of the scheduler; here the run goes on.`)
  return { lr, momentum: group.movesMomentum ? momentum : undefined }
}

function step({ scheduler, source, node }: FoundScheduler, tick: number): void {
  try {
    scheduler.step()
  } catch (error) {
    if (!(error instanceof Unstartable)) throw error
    throw source.error(
      node,
      `at tick ${tick} this comes to a scheduler made of others, which PyTorch cannot begin anew: it stops with an error there`,
    )
  }
}

/** The first schedule that gives the scheduler's values. */
function matching(
  candidate: object | undefined,
  series: Series,
  run: PyTorchRun,
  { source, node }: FoundScheduler,
): { spec: ScheduleSpec; isListed: boolean } {
  const asKind = candidate && matchingSpec(candidate, series, run)
  if (asKind !== undefined) return { spec: asKind, isListed: false }
  const listed = listRates(series.lr, run.interval)
  const asList = listed && matchingSpec(listed, series, run)
  if (asList !== undefined) return { spec: asList, isListed: true }
  throw source.error(node, whyNot(series))
}

function whyNot({ lr, momentum }: Series): string {
  const below = lr.findIndex((rate) => rate < 0)
  if (below >= 0)
    return `its rate falls below 0 (${lr[below]} at tick ${below}, counted from 0), where every step would climb the loss`
  const most = Math.max(...lr)
  if (most > 1e6) return `its rate rises to ${most}, and a rate here is at most 1000000`
  if (new Set(lr).size > 8000)
    return 'no kind of schedule here says the same, and its rates are too many to be listed one by one'
  return momentum === undefined
    ? 'no kind of schedule here says the same'
    : 'its momentum does not follow its rate as that of a schedule here can'
}

/** The schedule that `input` says, with a momentum that gives the series, where there is one. */
function matchingSpec(input: object, series: Series, run: PyTorchRun): ScheduleSpec | undefined {
  const spec = parsed(input)
  if (spec === undefined) return undefined
  const { momentum } = series
  if (momentum === undefined || spec.momentum !== undefined)
    return gives(spec, series, run) ? spec : undefined
  const inParts = withHeldMomentum(spec, momentum, 0)
  const others = momentaFor(series.lr, momentum).map((curve) => parsed({ ...input, momentum: curve }))
  return [spec, inParts, ...others].find((one) => one !== undefined && gives(one, series, run))
}

/** Parts that leave the momentum alone keep what the optimizer has when they begin. @param start tick of the schedule's beginning */
function withHeldMomentum(spec: ScheduleSpec, momentum: readonly number[], start: number): ScheduleSpec {
  if (spec.kind !== 'sequence') {
    return spec.momentum === undefined && spec.kind !== 'chain'
      ? { ...spec, momentum: { curve: 'constant', value: momentum[start] ?? 0 } }
      : spec
  }
  let at = start
  const pieces = spec.pieces.map(({ schedule, length }) => {
    const piece = { schedule: withHeldMomentum(schedule, momentum, at), length }
    at += length ?? 0
    return piece
  })
  return { ...spec, pieces }
}

function parsed(input: object): ScheduleSpec | undefined {
  return orNothing(() => parseSchedule(input))
}

function orNothing<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** Momenta that stay, or go against the rate. */
function momentaFor(lr: readonly number[], momentum: readonly number[]): object[] {
  const [first = 0] = momentum
  if (momentum.every((value) => value === first)) return [{ curve: 'constant', value: first }]
  const [low, high] = [lr.indexOf(Math.max(...lr)), lr.indexOf(Math.min(...lr))].map(
    (tick) => momentum[tick] ?? 0,
  )
  return [{ curve: 'inverse', low, high }]
}

const tolerance = 1e-9

function gives(spec: ScheduleSpec, { lr, momentum }: Series, { plan, interval }: PyTorchRun): boolean {
  const compiled = orNothing(() => compileSchedule(spec, plan))
  if (compiled === undefined) return false
  const size = interval === 'step' ? 1 : plan.stepsPerEpoch
  const highest = Math.max(...lr.map(Math.abs))
  const isNear = (found: number | undefined, wanted: number, scale: number): boolean =>
    found !== undefined && Math.abs(found - wanted) <= tolerance * Math.abs(wanted) + 1e-14 * scale
  return (
    orNothing(() =>
      lr.every((wanted, tick) => {
        const found = compiled.at(tick * size)
        const wantedMomentum = momentum?.[tick]
        const sameMomentum =
          wantedMomentum === undefined
            ? found.momentum === undefined
            : isNear(found.momentum, wantedMomentum, 1)
        return sameMomentum && isNear(found.lr, wanted, highest)
      }),
    ) ?? false
  )
}
