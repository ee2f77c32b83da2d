import type { BoundArguments } from '../callArguments.ts'
import { cyclicRule, oneCycleRule } from '../rules.ts'
import { makeScheduler, type ScheduledGroup, type Scheduler } from '../schedulers.ts'
import { type Construction, type Constructors, last, lastEpoch, madeOf, strategyOf } from './constructor.ts'

/** Those that move the momentum against the rate. */
export const cycles: Constructors = {
  CyclicLR: {
    parameters: [
      'optimizer',
      'base_lr',
      'max_lr',
      'step_size_up',
      'step_size_down',
      'mode',
      'gamma',
      'scale_fn',
      'scale_mode',
      'cycle_momentum',
      'base_momentum',
      'max_momentum',
      ...last,
    ],
    make: makeCyclic,
  },
  OneCycleLR: {
    parameters: [
      'optimizer',
      'max_lr',
      'total_steps',
      'epochs',
      'steps_per_epoch',
      'pct_start',
      'anneal_strategy',
      'cycle_momentum',
      'base_momentum',
      'max_momentum',
      'div_factor',
      'final_div_factor',
      'three_phase',
      ...last,
    ],
    make: makeOneCycle,
  },
}

function momentumOf(
  given: BoundArguments,
  group: ScheduledGroup,
  [usualLeast, usualMost]: readonly [number, number],
): readonly [number, number] | undefined {
  if (!given.flag('cycle_momentum', true)) return undefined
  const momentum = [
    given.number('base_momentum', usualLeast),
    given.number('max_momentum', usualMost),
  ] as const
  group.momentum = momentum[1]
  group.movesMomentum = true
  return momentum
}

const cyclicModes = ['triangular', 'triangular2', 'exp_range']

function makeCyclic(given: BoundArguments, group: ScheduledGroup, { factorOf }: Construction): Scheduler {
  const base = given.number('base_lr')
  const maxLr = given.number('max_lr')
  const up = given.number('step_size_up', 2000)
  const down = given.number('step_size_down', up)
  if (up <= 0) given.refuse('step_size_up', 'step_size_up must be above 0')
  const mode = given.text('mode', 'triangular')
  const own = given.find('scale_fn')
  if (own === undefined && !cyclicModes.includes(mode)) {
    given.refuse(
      'mode',
      `mode must be one of ${cyclicModes.join(', ')} where there is no scale_fn (received ${mode})`,
    )
  }
  const gamma = given.number('gamma', 1)
  const scale = own && factorOf(own.value, own.node)
  const scaleMode = given.text('scale_mode', 'cycle')
  group.lr = base
  const momentum = momentumOf(given, group, [0.8, 0.9])
  const byCycle = own === undefined ? mode !== 'exp_range' : scaleMode === 'cycle'
  const usual = (at: number): number =>
    mode === 'exp_range' ? gamma ** at : mode === 'triangular2' ? 1 / 2 ** (at - 1) : 1
  const made = madeOf('CyclicLR', {
    numbers: { base_lr: base, max_lr: maxLr, up, down, gamma, ...momentumNumbers(momentum) },
    options: { mode: own === undefined ? mode : 'own', byCycle },
    formula: scale?.formula,
  })
  const rule = cyclicRule({ maxLr, up, down, byCycle, momentum, scale: scale?.factor ?? usual })
  return makeScheduler(group, made, rule, { lastEpoch: lastEpoch(given, group), base })
}

const momentumNumbers = (
  momentum: readonly [number, number] | undefined,
): Readonly<Record<string, number>> => (momentum === undefined ? {} : { low: momentum[0], high: momentum[1] })

function makeOneCycle(given: BoundArguments, group: ScheduledGroup): Scheduler {
  const total = totalSteps(given)
  const peakAt = given.number('pct_start', 0.3)
  const asked = given.find('pct_start')?.value
  if (peakAt < 0 || peakAt > 1)
    given.refuse('pct_start', `pct_start must be from 0 to 1 (received ${peakAt})`)
  if (asked?.kind === 'number' && asked.isInt)
    given.refuse('pct_start', 'pct_start must have a decimal point')
  const linear = strategyOf(given) === 'linear'
  const threePhase = given.flag('three_phase', false)
  const maxLr = given.number('max_lr')
  const [divided, last] = [given.number('div_factor', 25), given.number('final_div_factor', 1e4)]
  const initial = maxLr / divided
  const from = lastEpoch(given, group)
  group.initialLr = initial
  const momentum = momentumOf(given, group, [0.85, 0.95])
  const made = madeOf('OneCycleLR', {
    numbers: { max_lr: maxLr, total, peakAt, divided, last, ...momentumNumbers(momentum) },
    options: { linear, threePhase },
  })
  const rates = [initial, maxLr, initial / last] as const
  const rule = oneCycleRule({ total, peakAt, linear, threePhase, rates, momentum })
  return makeScheduler(group, made, rule, { lastEpoch: from })
}

function totalSteps(given: BoundArguments): number {
  if (given.find('total_steps') !== undefined) return given.whole('total_steps', 1)
  if (given.find('epochs') === undefined || given.find('steps_per_epoch') === undefined) {
    given.refuse('total_steps', 'OneCycleLR needs total_steps, or epochs and steps_per_epoch')
  }
  return given.whole('epochs', 1) * given.whole('steps_per_epoch', 1)
}
