import { modelText } from '../../shared/run/modelText.ts'
import type { OptimizerSpec, RunSpec } from '../../shared/run/spec.ts'
import type { ScheduleSpec } from '../../shared/schedule/index.ts'
import { count, percent, rate, thin } from './format.ts'

/* The parts of a run spec in a word or two each, as they stand in tables and headers. */

/** "SGD 0.9 Nesterov", "Adam", "AdamW wd 0.01"; weight decay where there is one. */
export function optimizerText(optimizer: OptimizerSpec): string {
  const decay = optimizer.weightDecay === 0 ? '' : ` wd ${rate(optimizer.weightDecay)}`
  switch (optimizer.kind) {
    case 'sgd': {
      const name = optimizer.decoupled ? 'SGDW' : 'SGD'
      const momentum = optimizer.momentum === 0 ? '' : ` ${optimizer.momentum}`
      return `${name}${momentum}${optimizer.nesterov ? ' Nesterov' : ''}${decay}`
    }
    case 'rmsprop':
      return `RMSProp${decay}`
    case 'adam':
      return `Adam${decay}`
    case 'adamw':
      return `AdamW${decay}`
  }
}

type Timed = 'step' | 'epoch' | 'budget'

/** A length in the unit of its schedule: "10" epochs, "400 st", "50 %" of the budget. */
function length(value: number, unit: Timed): string {
  if (unit === 'budget') return percent(value, 0)
  return unit === 'step' ? `${count(value)}${thin}st` : rate(value)
}

const profileNames: Readonly<Record<string, string>> = {
  linear: 'linear',
  cosine: 'cosine',
  rex: 'REX',
  exponential: 'exponential',
  polynomial: 'polynomial',
}

const inProfile = (shape: string, usual: string): string =>
  shape === usual ? '' : ` ${profileNames[shape] ?? shape}`

const decays = {
  linear: 'Linear',
  cosine: 'Cosine',
  polynomial: 'Polynomial',
  rex: 'REX',
  exponentialDecay: 'Exponential decay',
  geometric: 'Geometric',
} as const

/** "SGDR 10×2", "1cycle", "Cosine", "Step 30 ×0.1", "warm-up 5 + Cosine". */
export function scheduleText(spec: ScheduleSpec): string {
  switch (spec.kind) {
    case 'constant':
      return `Constant ${rate(spec.lr)}`
    case 'step':
      return `Step ${length(spec.stepSize, spec.unit)} ×${rate(spec.gamma)}`
    case 'multiStep':
      return `Steps ${firstOf(spec.milestones.map((at) => length(at, spec.unit)))}`
    case 'piecewise':
      return `Piecewise ${firstOf(spec.values.map(rate))}`
    case 'exponential':
      return `Exponential ×${rate(spec.gamma)}`
    case 'linear':
    case 'cosine':
    case 'polynomial':
    case 'rex':
    case 'exponentialDecay':
    case 'geometric':
      return spec.delay > 0 ? `${decays[spec.kind]}, delay ${percent(spec.delay, 0)}` : decays[spec.kind]
    case 'inverseTime':
      return 'Inverse time'
    case 'inverseSqrt':
      return 'Inverse √'
    case 'noam':
      return 'Noam'
    default:
      return cyclicText(spec)
  }
}

type CyclicSpec = Exclude<
  ScheduleSpec,
  {
    kind:
      | 'constant'
      | 'step'
      | 'multiStep'
      | 'piecewise'
      | 'exponential'
      | keyof typeof decays
      | 'inverseTime'
      | 'inverseSqrt'
      | 'noam'
  }
>

function cyclicText(spec: CyclicSpec): string {
  switch (spec.kind) {
    case 'sgdr':
      return `SGDR ${length(spec.t0, spec.unit)}×${rate(spec.tMult)}${inProfile(spec.profile.shape, 'cosine')}`
    case 'snapshot':
      return `Snapshot ${count(spec.cycles)} cycles${inProfile(spec.profile.shape, 'cosine')}`
    case 'cyclical':
      return `${spec.mode} ${length(spec.stepUp, spec.unit)}${inProfile(spec.profile.shape, 'linear')}`
    case 'oneCycle':
      return '1cycle'
    case 'fractal':
      return 'Fractal'
    case 'budgeted':
      return `Budgeted ${profileNames[spec.profile.shape] ?? spec.profile.shape}`
    case 'plateau':
      return `Plateau ×${rate(spec.factor)}`
    case 'formula':
      return `Formula ${spec.expression}`
    case 'warmup':
      return `warm-up ${length(spec.length, spec.unit)} + ${scheduleText(spec.schedule)}`
    case 'sequence':
      return `${firstOf(
        spec.pieces.map(({ schedule }) => scheduleText(schedule)),
        ' → ',
      )}`
    case 'chain':
      return `${firstOf(spec.factors.map(scheduleText), ' · ')}`
  }
}

/** The first three, and that there are more. */
function firstOf(parts: readonly string[], between = '-'): string {
  return parts.length <= 3 ? parts.join(between) : `${parts.slice(0, 3).join(between)}${between}…`
}

/** "30 epochs", "12 000 steps". */
export function budgetText(budget: RunSpec['budget']): string {
  if ('steps' in budget) return `${count(budget.steps)}${thin}${budget.steps === 1 ? 'step' : 'steps'}`
  return `${rate(budget.epochs)}${thin}${budget.epochs === 1 ? 'epoch' : 'epochs'}`
}

/** Model, schedule and budget in one line. */
export function specLine({ model, schedule, budget }: RunSpec): string {
  return `${modelText(model)} · ${scheduleText(schedule)} · ${budgetText(budget)}`
}
