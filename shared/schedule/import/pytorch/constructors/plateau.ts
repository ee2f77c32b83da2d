import type { BoundArguments } from '../callArguments.ts'
import type { ScheduledGroup, Scheduler } from '../schedulers.ts'
import { type Constructors, madeOf } from './constructor.ts'

export const plateau: Constructors = {
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
