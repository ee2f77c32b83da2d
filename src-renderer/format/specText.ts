import { modelText } from '../../shared/run/modelText.ts'
import type { OptimizerSpec, RunSpec } from '../../shared/run/spec.ts'
import { scheduleLabel } from '../../shared/schedule/index.ts'
import { count, rate, thin } from './format.ts'

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

/** A schedule in a word or two: "SGDR 10×2", "1cycle", "warm-up 5 + Cosine". */
export const scheduleText = scheduleLabel

/** "30 epochs", "12 000 steps". */
export function budgetText(budget: RunSpec['budget']): string {
  if ('steps' in budget) return `${count(budget.steps)}${thin}${budget.steps === 1 ? 'step' : 'steps'}`
  return `${rate(budget.epochs)}${thin}${budget.epochs === 1 ? 'epoch' : 'epochs'}`
}

/** Model, schedule and budget in one line. */
export function specLine({ model, schedule, budget }: RunSpec): string {
  return `${modelText(model)} · ${scheduleLabel(schedule)} · ${budgetText(budget)}`
}
