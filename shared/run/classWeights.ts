import { show, UserError } from '../errors.ts'
import type { RunSpec } from './spec.ts'

/** @throws UserError where the weights are a list that is not as long as there are classes */
export function checkClassWeights({ classWeights }: Pick<RunSpec, 'classWeights'>, classes: number): void {
  if (!Array.isArray(classWeights) || classWeights.length === classes) return
  throw new UserError(
    `While planning the run: classWeights must have a weight for each of the ${classes} classes (received ${classWeights.length}: ${show(classWeights)}); write as many, or "balanced".`,
  )
}
