import type { SchedulePlan, ScheduleSpec } from '../../../../shared/schedule/index.ts'
import type { Handle } from './handleKinds.ts'
import { type Place, rateHandle, timeHandle, unitSteps } from './handleKinds.ts'
import type { Path } from './tree.ts'

/*
 * The parameters of a schedule that can be dragged in its preview: rates up and down on the curve, times to and fro on the
 * axis. Where a parameter stands follows from the family's definition; the tests hold it against the compiled schedule.
 */

/** Which part of every sequence and chain is open, by the path of the composed schedule. */
export type Selection = Readonly<Record<string, number>>

/** Lists longer than this are edited as text. */
const mostOfAList = 8

/** @param rateAt the planned rate of the whole schedule by step */
export function handlesOf(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  selection: Selection,
  rateAt: (step: number) => number,
): Handle[] {
  const whole: Place = {
    path: ['schedule'],
    start: 0,
    horizon: plan.totalSteps,
    stepsPerEpoch: plan.stepsPerEpoch,
    totalSteps: plan.totalSteps,
    isFactor: false,
  }
  return within(spec, whole, selection, rateAt).filter(
    ({ axis, isOfFactor }) => axis === 'time' || !isOfFactor,
  )
}

function within(
  spec: ScheduleSpec,
  place: Place,
  selection: Selection,
  rateAt: (step: number) => number,
): Handle[] {
  const open = selection[place.path.join('.')] ?? 0
  switch (spec.kind) {
    case 'warmup': {
      const steps = Math.ceil(spec.length * unitSteps(spec.unit, place) - 1e-6)
      const inner = inside(place, ['schedule'], steps, Math.max(1, place.horizon - steps))
      const peak = rateAt(Math.min(place.totalSteps - 1, Math.round(inner.start)))
      return [
        timeHandle(place, 'length', 'End of the warm-up', spec.length, {
          origin: place.start,
          unit: unitSteps(spec.unit, place),
          level: peak,
        }),
        ...(spec.form === 'startFactor' && steps > 0
          ? [
              rateHandle(place, 'startFactor', 'Start of the warm-up', spec.startFactor, place.start, {
                ...scaled(peak),
                most: 1,
              }),
            ]
          : []),
        ...within(spec.schedule, inner, selection, rateAt),
      ]
    }
    case 'sequence':
      return sequenceHandles(spec, place, open, selection, rateAt)
    case 'chain': {
      const factor = spec.factors[Math.min(open, spec.factors.length - 1)]
      const inner = { ...inside(place, ['factors', open], 0, place.horizon), isFactor: true }
      const at = rateAt(Math.round(place.start))
      return [
        ...(spec.lr > 0 && at > 0
          ? [rateHandle(place, 'lr', 'Rate', spec.lr, place.start, scaled(at / spec.lr))]
          : []),
        ...(factor === undefined ? [] : within(factor, inner, selection, rateAt)),
      ]
    }
    default:
      return ownHandles(spec, place, rateAt)
  }
}

/** For rates that may not be 0. */
const lowest = 1e-12

const inside = (place: Place, path: Path, offset: number, horizon: number): Place => ({
  ...place,
  path: [...place.path, ...path],
  start: place.start + offset,
  horizon,
})

const scaled = (factor: number) => ({
  toRate: (value: number) => value * factor,
  fromRate: (rate: number) => rate / factor,
})

function sequenceHandles(
  spec: Extract<ScheduleSpec, { kind: 'sequence' }>,
  place: Place,
  open: number,
  selection: Selection,
  rateAt: (step: number) => number,
): Handle[] {
  const unit = unitSteps(spec.unit, place)
  const found: Handle[] = []
  let start = 0
  spec.pieces.forEach(({ schedule, length }, i) => {
    const steps = length === undefined ? Math.max(1, place.horizon - start) : Math.round(length * unit)
    const isLast = i === spec.pieces.length - 1
    if (length !== undefined && !isLast && i < mostOfAList) {
      found.push(
        timeHandle(place, ['pieces', i, 'length'], `End of part ${i + 1}`, length, {
          origin: place.start + start,
          unit,
        }),
      )
    }
    if (i === open) {
      const inner = inside(place, ['pieces', i, 'schedule'], start, Math.max(1, steps))
      found.push(...within(schedule, inner, selection, rateAt))
    }
    start += steps
  })
  return found
}

type Simple = Exclude<ScheduleSpec, { kind: 'warmup' | 'sequence' | 'chain' }>

function ownHandles(spec: Simple, place: Place, rateAt: (step: number) => number): Handle[] {
  const { start, horizon } = place
  const end = start + horizon - 1
  switch (spec.kind) {
    case 'constant':
      return [rateHandle(place, 'lr', 'Rate', spec.lr, start)]
    case 'budgeted':
    case 'exponential':
    case 'inverseTime':
      return [rateHandle(place, 'lr', 'First rate', spec.lr, start)]
    case 'plateau':
      return [
        rateHandle(place, 'lr', 'First rate', spec.lr, start, { least: lowest }),
        rateHandle(place, 'minLr', 'Lowest rate', spec.minLr, end),
      ]
    case 'step':
      return [
        rateHandle(place, 'lr', 'First rate', spec.lr, start),
        timeHandle(place, 'stepSize', 'First step down', spec.stepSize, {
          origin: start,
          unit: unitSteps(spec.unit, place),
        }),
      ]
    case 'multiStep':
      return [
        rateHandle(place, 'lr', 'First rate', spec.lr, start),
        ...listOfTimes(place, spec.unit, 'milestones', 'Milestone', spec.milestones),
      ]
    case 'piecewise':
      return piecewiseHandles(spec, place)
    case 'inverseSqrt':
    case 'fractal':
      return proportional(spec, place, rateAt)
    case 'noam':
      return noamHandles(spec, place)
    case 'formula':
      return []
    case 'sgdr':
    case 'snapshot':
    case 'cyclical':
    case 'oneCycle':
      return cycleHandles(spec, place)
    default:
      return decayHandles(spec, place)
  }
}

type Decay = Extract<ScheduleSpec, { delay: number }>

function decayHandles(spec: Decay, place: Place): Handle[] {
  const unit = unitSteps(spec.unit, place)
  const steps = spec.length === undefined ? place.horizon : spec.length * unit
  const { start } = place
  const bounds = spec.kind === 'geometric' ? { least: lowest } : {}
  return [
    rateHandle(place, 'lrStart', 'First rate', spec.lrStart, start, bounds),
    rateHandle(place, 'lrEnd', 'Last rate', spec.lrEnd, start + steps - 1, bounds),
    timeHandle(place, 'delay', 'End of the delay', spec.delay, { origin: start, unit: steps, most: 1 }),
    ...(spec.length === undefined
      ? []
      : [timeHandle(place, 'length', 'End of the decay', spec.length, { origin: start, unit })]),
  ]
}

type Cyclic = Extract<ScheduleSpec, { kind: 'sgdr' | 'snapshot' | 'cyclical' | 'oneCycle' }>

function cycleHandles(spec: Cyclic, place: Place): Handle[] {
  const { start, horizon } = place
  if (spec.kind === 'oneCycle') {
    const { lrMax, divFactor, finalDivFactor, pctStart } = spec
    const first = lrMax / divFactor
    const over = (top: number) => ({
      toRate: (value: number) => top / value,
      fromRate: (rate: number) => top / Math.max(rate, top * 1e-12),
      least: 1e-6,
      most: 1e12,
    })
    return [
      rateHandle(place, 'lrMax', 'Highest rate', lrMax, start + Math.max(0, pctStart * horizon - 1)),
      timeHandle(place, 'pctStart', 'Peak', pctStart, { origin: start, unit: horizon, most: 1 }),
      rateHandle(place, 'divFactor', 'First rate', divFactor, start, over(lrMax)),
      rateHandle(place, 'finalDivFactor', 'Last rate', finalDivFactor, start + horizon - 1, over(first)),
    ]
  }
  if (spec.kind === 'cyclical') {
    const unit = unitSteps(spec.unit, place)
    const up = spec.stepUp * unit
    const { stepDown } = spec
    return [
      rateHandle(place, 'lrMin', 'Lowest rate', spec.lrMin, start, { most: spec.lrMax }),
      rateHandle(place, 'lrMax', 'Highest rate', spec.lrMax, start + up, { least: spec.lrMin }),
      timeHandle(place, 'stepUp', 'Peak', spec.stepUp, { origin: start, unit }),
      stepDown === undefined
        ? timeHandle(place, 'stepUp', 'End of the first cycle', spec.stepUp, {
            origin: start,
            unit: 2 * unit,
          })
        : timeHandle(place, 'stepDown', 'End of the first cycle', stepDown, { origin: start + up, unit }),
    ]
  }
  if (spec.kind === 'snapshot') {
    const length = Math.ceil(horizon / spec.cycles)
    return [
      rateHandle(place, 'lrMax', 'Highest rate', spec.lrMax, start, { least: spec.lrMin }),
      rateHandle(place, 'lrMin', 'Lowest rate', spec.lrMin, start + length - 1, { most: spec.lrMax }),
      cyclesHandle(place, spec.cycles),
    ]
  }
  const first = spec.t0 * unitSteps(spec.unit, place)
  return [
    rateHandle(place, 'lrMax', 'Highest rate', spec.lrMax, start, { least: spec.lrMin }),
    rateHandle(place, 'lrMin', 'Lowest rate', spec.lrMin, start + first - 1, { most: spec.lrMax }),
    timeHandle(place, 't0', 'End of the first cycle', spec.t0, { origin: start, unit: first / spec.t0 }),
    timeHandle(place, 'tMult', 'End of the second cycle', spec.tMult, {
      origin: start + first,
      unit: first,
      least: 1,
      quantum: 0.1,
    }),
  ]
}

/** The end of the first of `cycles` equal cycles: nearer means more of them. */
function cyclesHandle(place: Place, cycles: number): Handle {
  const { start, horizon } = place
  const handle = timeHandle(place, 'cycles', 'End of the first cycle', cycles, {
    origin: start,
    unit: horizon,
    least: 1,
    quantum: 1,
  })
  const whole = (value: number): number => Math.min(1e6, Math.max(1, Math.round(value)))
  return {
    ...handle,
    step: start + Math.ceil(horizon / cycles),
    text: cycles === 1 ? '1 cycle' : `${cycles} cycles`,
    most: 1000,
    valueFor: (step) => whole(horizon / Math.max(1, step - start)),
    // To the right is a longer cycle, so fewer of them.
    nudge: (direction, large) => whole(cycles - direction * (large ? 5 : 1)),
  }
}

function piecewiseHandles(spec: Extract<ScheduleSpec, { kind: 'piecewise' }>, place: Place): Handle[] {
  const unit = unitSteps(spec.unit, place)
  const times = [0, ...spec.boundaries.map((boundary) => boundary * unit), place.horizon]
  const rates = spec.values.slice(0, mostOfAList).map((value, i) => {
    const from = Math.min(place.horizon - 1, times[i] ?? 0)
    const to = Math.min(place.horizon - 1, (times[i + 1] ?? place.horizon) - 1)
    const middle = place.start + Math.floor((from + to) / 2)
    return rateHandle(place, ['values', i], `Rate ${i + 1}`, value, middle)
  })
  return [...rates, ...listOfTimes(place, spec.unit, 'boundaries', 'Boundary', spec.boundaries)]
}

function listOfTimes(
  place: Place,
  unit: 'step' | 'epoch' | 'budget',
  key: string,
  label: string,
  times: readonly number[],
): Handle[] {
  return times.slice(0, mostOfAList).map((time, i) =>
    timeHandle(place, [key, i], `${label} ${i + 1}`, time, {
      origin: place.start,
      unit: unitSteps(unit, place),
      least: 0,
      // Boundaries stay in order.
      ...(key === 'boundaries' && { least: times[i - 1] ?? 0, most: times[i + 1] ?? 1e9 }),
    }),
  )
}

function noamHandles(spec: Extract<ScheduleSpec, { kind: 'noam' }>, place: Place): Handle[] {
  const unit = unitSteps(spec.unit, place)
  const factor = Math.max(1, spec.warmup) ** -0.5
  const peak = place.start + Math.max(0, spec.warmup - 1) * unit
  return [
    rateHandle(place, 'lr', 'Highest rate', spec.lr, peak, scaled(factor)),
    timeHandle(place, 'warmup', 'Peak', spec.warmup, { origin: place.start - unit, unit }),
  ]
}

/** A parameter that the whole rate is in proportion to, at the first step. */
function proportional(
  spec: Extract<ScheduleSpec, { kind: 'inverseSqrt' | 'fractal' }>,
  place: Place,
  rateAt: (step: number) => number,
): Handle[] {
  const [key, label, value] =
    spec.kind === 'fractal'
      ? (['scale', 'Scale', spec.scale] as const)
      : (['lr', 'First rate', spec.lr] as const)
  const first = rateAt(Math.min(place.totalSteps - 1, Math.round(place.start)))
  return value > 0 && first > 0
    ? [rateHandle(place, key, label, value, place.start, { ...scaled(first / value), least: lowest })]
    : []
}
