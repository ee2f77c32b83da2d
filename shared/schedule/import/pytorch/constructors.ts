import type { SyntaxNode } from '@lezer/common'
import { type BoundArguments, bindArguments, type CallArguments, onlyOne, whatIs } from './callArguments.ts'
import {
  constantRule,
  cosineRule,
  cyclicRule,
  exponentialRule,
  lambdaRule,
  linearRule,
  multiplicativeRule,
  multiStepRule,
  oneCycleRule,
  polynomialRule,
  stepRule,
  swaRule,
} from './rules.ts'
import {
  type Made,
  makeChained,
  makeScheduler,
  makeSequential,
  makeWarmRestarts,
  type ScheduledGroup,
  type Scheduler,
} from './schedulers.ts'
import type { SourceText } from './sourceText.ts'
import type { Value } from './values.ts'

/** What making a scheduler needs of the text's reader. */
export interface Construction {
  readonly source: SourceText
  readonly node: SyntaxNode
  /** The group behind an argument that is an optimizer. */
  groupOf(value: Value, node: SyntaxNode): ScheduledGroup
  /** The factor of a lambda, and its formula of x. */
  factorOf(value: Value, node: SyntaxNode): { factor: (tick: number) => number; formula: string | undefined }
}

interface Constructor {
  readonly parameters: readonly string[]
  make(given: BoundArguments, group: ScheduledGroup, construction: Construction): Scheduler
}

/** @param name of a class of torch.optim.lr_scheduler */
export function construct(name: string, given: CallArguments, construction: Construction): Scheduler {
  const { parameters, make } = constructors[name] ?? { parameters: [], make: undefined }
  if (make === undefined) throw new Error(`${name} is no scheduler`)
  const { source, node } = construction
  const bound = bindArguments(source, name, parameters, given, node)
  return make(bound, groupFor(name, bound, construction), construction)
}

export const isScheduler = (name: string): boolean => Object.hasOwn(constructors, name)

function groupFor(
  name: string,
  given: BoundArguments,
  { source, node, groupOf }: Construction,
): ScheduledGroup {
  const optimizer = given.find('optimizer')
  if (optimizer !== undefined) return groupOf(optimizer.value, optimizer.node)
  const first = name === 'ChainedScheduler' ? given.list('schedulers')[0]?.value : undefined
  if (first?.kind === 'scheduler') return first.scheduler.group
  throw source.error(node, `${name} needs an optimizer`)
}

/** Every scheduler takes these last; `verbose` does nothing any more. */
const last = ['last_epoch', 'verbose'] as const

const madeOf = (name: string, made: Partial<Made>): Made => ({
  name,
  numbers: {},
  options: {},
  milestones: [],
  inner: [],
  ...made,
})

/** The tick before the first. PyTorch goes on from one only where an earlier scheduler left its mark on the optimizer. */
function lastEpoch(given: BoundArguments, { initialLr }: ScheduledGroup): number {
  const value = given.whole('last_epoch', -1, -1)
  if (value === -1 || initialLr !== undefined) return value
  return given.refuse(
    'last_epoch',
    `last_epoch ${value} goes on from an optimizer that was saved; leave it out for the whole schedule`,
  )
}

function withFactor(name: 'LambdaLR' | 'MultiplicativeLR'): Constructor {
  return {
    parameters: ['optimizer', 'lr_lambda', ...last],
    make(given, group, { source, factorOf }) {
      const argument = given.find('lr_lambda') ?? given.refuse('lr_lambda', `${name} needs lr_lambda`)
      const { value, node } = onlyOne(source, argument, 'lr_lambda')
      const { factor, formula } = factorOf(value, node)
      const rule = name === 'LambdaLR' ? lambdaRule(factor) : multiplicativeRule(factor)
      const made = madeOf(name, { factor, formula })
      return makeScheduler(group, made, rule, { lastEpoch: lastEpoch(given, group) })
    },
  }
}

const constructors: Readonly<Record<string, Constructor>> = {
  LambdaLR: withFactor('LambdaLR'),
  MultiplicativeLR: withFactor('MultiplicativeLR'),
  StepLR: {
    parameters: ['optimizer', 'step_size', 'gamma', ...last],
    make(given, group) {
      const numbers = { step_size: given.number('step_size'), gamma: given.number('gamma', 0.1) }
      if (numbers.step_size <= 0) given.refuse('step_size', 'step_size must be above 0')
      const rule = stepRule(numbers.step_size, numbers.gamma)
      return makeScheduler(group, madeOf('StepLR', { numbers }), rule, { lastEpoch: lastEpoch(given, group) })
    },
  },
  MultiStepLR: {
    parameters: ['optimizer', 'milestones', 'gamma', ...last],
    make(given, group, { source }) {
      const milestones = numbersOf(given, 'milestones', source)
      const gamma = given.number('gamma', 0.1)
      const made = madeOf('MultiStepLR', { milestones, numbers: { gamma } })
      return makeScheduler(group, made, multiStepRule(milestones, gamma), {
        lastEpoch: lastEpoch(given, group),
      })
    },
  },
  ConstantLR: {
    parameters: ['optimizer', 'factor', 'total_iters', ...last],
    make(given, group) {
      const numbers = { factor: given.number('factor', 1 / 3), total_iters: given.number('total_iters', 5) }
      if (numbers.factor > 1 || numbers.factor < 0) given.refuse('factor', 'factor must be from 0 to 1')
      const rule = constantRule(numbers.factor, numbers.total_iters)
      return makeScheduler(group, madeOf('ConstantLR', { numbers }), rule, {
        lastEpoch: lastEpoch(given, group),
      })
    },
  },
  LinearLR: {
    parameters: ['optimizer', 'start_factor', 'end_factor', 'total_iters', ...last],
    make(given, group) {
      const numbers = {
        start_factor: given.number('start_factor', 1 / 3),
        end_factor: given.number('end_factor', 1),
        total_iters: given.number('total_iters', 5),
      }
      const { start_factor: start, end_factor: end, total_iters: total } = numbers
      if (start > 1 || start <= 0) given.refuse('start_factor', 'start_factor must be above 0 and at most 1')
      if (end > 1 || end < 0) given.refuse('end_factor', 'end_factor must be from 0 to 1')
      const made = madeOf('LinearLR', { numbers })
      return makeScheduler(group, made, linearRule(start, end, total), { lastEpoch: lastEpoch(given, group) })
    },
  },
  ExponentialLR: {
    parameters: ['optimizer', 'gamma', ...last],
    make(given, group) {
      const gamma = given.number('gamma')
      const made = madeOf('ExponentialLR', { numbers: { gamma } })
      return makeScheduler(group, made, exponentialRule(gamma), { lastEpoch: lastEpoch(given, group) })
    },
  },
  PolynomialLR: {
    parameters: ['optimizer', 'total_iters', 'power', ...last],
    make(given, group) {
      const numbers = { total_iters: given.number('total_iters', 5), power: given.number('power', 1) }
      const rule = polynomialRule(numbers.total_iters, numbers.power)
      return makeScheduler(group, madeOf('PolynomialLR', { numbers }), rule, {
        lastEpoch: lastEpoch(given, group),
      })
    },
  },
  CosineAnnealingLR: {
    parameters: ['optimizer', 'T_max', 'eta_min', ...last],
    make(given, group) {
      const numbers = { T_max: given.number('T_max'), eta_min: given.number('eta_min', 0) }
      if (numbers.T_max === 0) given.refuse('T_max', 'T_max must not be 0')
      const made = madeOf('CosineAnnealingLR', { numbers })
      const rule = cosineRule(numbers.T_max, numbers.eta_min)
      return makeScheduler(group, made, rule, { lastEpoch: lastEpoch(given, group) })
    },
  },
  CosineAnnealingWarmRestarts: {
    parameters: ['optimizer', 'T_0', 'T_mult', 'eta_min', ...last],
    make(given, group) {
      const [first, multiplier] = [given.whole('T_0', 1), given.whole('T_mult', 1, 1)]
      const least = given.number('eta_min', 0)
      const numbers = { T_0: first, T_mult: multiplier, eta_min: least }
      const made = madeOf('CosineAnnealingWarmRestarts', { numbers })
      return makeWarmRestarts(group, made, { first, multiplier, least, lastEpoch: lastEpoch(given, group) })
    },
  },
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
  SequentialLR: {
    parameters: ['optimizer', 'schedulers', 'milestones', ...last],
    make(given, group, { source }) {
      const inner = schedulersOf(given, group, source)
      const milestones = numbersOf(given, 'milestones', source)
      if (milestones.length !== inner.length - 1) {
        given.refuse(
          'milestones',
          `there must be one milestone fewer than there are schedulers (${inner.length}), not ${milestones.length}`,
        )
      }
      if (given.whole('last_epoch', -1, -1) !== -1) {
        given.refuse(
          'last_epoch',
          'last_epoch goes on from an optimizer that was saved; leave it out for the whole schedule',
        )
      }
      return makeSequential(group, madeOf('SequentialLR', { inner, milestones }), { inner, milestones })
    },
  },
  ChainedScheduler: {
    parameters: ['schedulers', 'optimizer'],
    make(given, group, { source }) {
      const inner = schedulersOf(given, group, source)
      return makeChained(group, madeOf('ChainedScheduler', { inner }), inner)
    },
  },
  ReduceLROnPlateau: {
    parameters: [
      'optimizer',
      'mode',
      'factor',
      'patience',
      'threshold',
      'threshold_mode',
      'cooldown',
      'min_lr',
      'eps',
      'verbose',
    ],
    make: makePlateau,
  },
  SWALR: {
    parameters: ['optimizer', 'swa_lr', 'anneal_epochs', 'anneal_strategy', 'last_epoch'],
    make(given, group) {
      const numbers = {
        swa_lr: given.number('swa_lr'),
        anneal_epochs: given.whole('anneal_epochs', 0, 10),
        from: group.lr,
      }
      const strategy = strategyOf(given)
      const made = madeOf('SWALR', { numbers, options: { strategy } })
      const rule = swaRule(numbers.swa_lr, numbers.anneal_epochs, strategy === 'linear')
      return makeScheduler(group, made, rule, { lastEpoch: lastEpoch(given, group) })
    },
  },
}

/** The names of the schedulers that can be read. */
export const schedulerNames: readonly string[] = Object.keys(constructors)

function numbersOf(given: BoundArguments, name: string, source: SourceText): number[] {
  return given.list(name).map(({ value, node }) => {
    if (value.kind === 'number' && value.constant !== undefined) return value.constant
    throw source.error(node, `${name} must be numbers, not ${whatIs(value)}`)
  })
}

function schedulersOf(given: BoundArguments, group: ScheduledGroup, source: SourceText): Scheduler[] {
  const found = given.list('schedulers').map(({ value, node }) => {
    if (value.kind !== 'scheduler')
      throw source.error(node, `schedulers must be schedulers, not ${whatIs(value)}`)
    if (value.scheduler.made.name === 'ReduceLROnPlateau') {
      throw source.error(
        value.node,
        'ReduceLROnPlateau cannot stand inside another scheduler, since its step() needs a metric',
      )
    }
    if (value.scheduler.group !== group)
      throw source.error(value.node, 'the schedulers belong to different optimizers')
    return value.scheduler
  })
  if (found.length === 0) given.refuse('schedulers', 'there must be at least one scheduler')
  return found
}

function strategyOf(given: BoundArguments): string {
  const strategy = given.text('anneal_strategy', 'cos')
  if (strategy !== 'cos' && strategy !== 'linear') {
    given.refuse('anneal_strategy', `anneal_strategy must be "cos" or "linear" (received ${strategy})`)
  }
  return strategy
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

/** Its step() takes a metric: it is not stepped here. */
function makePlateau(given: BoundArguments, group: ScheduledGroup): Scheduler {
  const [mode, thresholdMode] = [given.text('mode', 'min'), given.text('threshold_mode', 'rel')]
  if (mode !== 'min' && mode !== 'max') given.refuse('mode', `mode must be "min" or "max" (received ${mode})`)
  if (thresholdMode !== 'rel' && thresholdMode !== 'abs') {
    given.refuse('threshold_mode', `threshold_mode must be "rel" or "abs" (received ${thresholdMode})`)
  }
  const numbers = {
    factor: given.number('factor', 0.1),
    patience: given.number('patience', 10),
    threshold: given.number('threshold', 1e-4),
    cooldown: given.number('cooldown', 0),
    min_lr: given.number('min_lr', 0),
    eps: given.number('eps', 1e-8),
  }
  if (numbers.factor >= 1) given.refuse('factor', 'factor must be below 1')
  const stay = (): void => {}
  return {
    group,
    made: madeOf('ReduceLROnPlateau', { numbers, options: { mode, thresholdMode } }),
    baseLr: group.lr,
    step: stay,
    restart: undefined,
    begin: stay,
    undo: stay,
  }
}
