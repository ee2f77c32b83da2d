import { UserError } from '../../../shared/errors.ts'
import { optimizerNumbers } from '../../../shared/model/parameterCount.ts'
import type { OptimizerSpec } from '../../../shared/run/spec.ts'

/**
 * @param memory bytes the device can hold: each trained number takes four for itself, its gradient and each number
 * the optimizer keeps for it
 * @throws UserError when the model cannot be trained in them
 */
export function refuseOversize(parameters: number, optimizer: OptimizerSpec['kind'], memory: number): void {
  const copies = 2 + optimizerNumbers[optimizer]
  const needed = 4 * parameters * copies
  if (needed <= memory) return
  throw new UserError(
    `While building the model: its ${parameters} parameters, their gradients and the state of ${optimizer} must fit into the ${gibibytes(memory)} GiB that the device can hold (received ${gibibytes(needed)} GiB); make the model smaller.`,
  )
}

/**
 * @param numbers that the largest output of a layer has, for one example
 * @throws UserError when the device cannot hold even that one output for a batch
 */
export function refuseLargeOutput(numbers: number, batchSize: number, memory: number): void {
  const needed = 4 * numbers * batchSize
  if (needed <= memory) return
  throw new UserError(
    `While building the model: the largest output of its layers has ${numbers} numbers for an example, which at batch size ${batchSize} must fit into the ${gibibytes(memory)} GiB that the device can hold (received ${gibibytes(needed)} GiB); make the layer or the batch smaller.`,
  )
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1)
