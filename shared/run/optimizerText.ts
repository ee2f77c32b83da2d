import { rateText } from '../numberText.ts'
import type { OptimizerSpec } from './spec.ts'

/** "SGD 0.9 Nesterov", "Adam", "AdamW wd 0.01"; weight decay where there is one. */
export function optimizerText(optimizer: OptimizerSpec): string {
  const decay = optimizer.weightDecay === 0 ? '' : ` wd ${rateText(optimizer.weightDecay)}`
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

const names: Readonly<Record<OptimizerSpec['kind'], string>> = {
  sgd: 'SGD',
  rmsprop: 'RMSProp',
  adam: 'Adam',
  adamw: 'AdamW',
}

/** "Adam" of "adam". */
export const optimizerName = (kind: OptimizerSpec['kind']): string => names[kind]
