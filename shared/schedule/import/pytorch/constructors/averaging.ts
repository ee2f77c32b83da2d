import { swaRule } from '../rules.ts'
import { makeScheduler } from '../schedulers.ts'
import { type Constructors, lastEpoch, madeOf, strategyOf } from './constructor.ts'

/** The rate at which weights are averaged. */
export const averaging: Constructors = {
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
