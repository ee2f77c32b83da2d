import type { OptimizerSpec } from '../../../shared/run/spec.ts'
import { Adam } from './adam.ts'
import { Rmsprop } from './rmsprop.ts'
import { Sgd } from './sgd.ts'
import type { TrainOptimizer } from './trainOptimizer.ts'

export type { StepSettings, TrainOptimizer } from './trainOptimizer.ts'

/** The optimizer of `spec`, with no steps applied yet. */
export function createOptimizer(spec: OptimizerSpec): TrainOptimizer {
  switch (spec.kind) {
    case 'sgd':
      return new Sgd(spec)
    case 'rmsprop':
      return new Rmsprop(spec)
    case 'adam':
    case 'adamw':
      return new Adam(spec)
  }
}
