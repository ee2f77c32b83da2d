import { UserError } from '../../../shared/errors.ts'
import { optimizerNumbers } from '../../../shared/model/parameterCount.ts'
import type { OptimizerSpec } from '../../../shared/run/spec.ts'

/**
 * Bytes of a model's state, at most. A snapshot or checkpoint travels to the host as one message, whose length Node writes
 * into 32 bits: a longer one would arrive as something else. What is left below 2³² is for the predictions that go along.
 */
const STATE_BYTES = 4e9

/**
 * @param memory bytes the device can hold: each trained number takes four for itself, its gradient and each number
 * the optimizer keeps for it
 * @throws UserError when the model cannot be trained in them, or its state cannot be stored
 */
export function refuseOversize(parameters: number, optimizer: OptimizerSpec['kind'], memory: number): void {
  const copies = 2 + optimizerNumbers[optimizer]
  const needed = 4 * parameters * copies
  if (needed > memory)
    throw new UserError(
      `While building the model: its ${parameters} parameters, their gradients and the state of ${optimizer} must fit into the ${gibibytes(memory)} GiB that the device can hold (received ${gibibytes(needed)} GiB); make the model smaller.`,
    )
  const state = 4 * parameters * (copies - 1)
  if (state > STATE_BYTES)
    throw new UserError(
      `While building the model: its ${parameters} parameters and the state of ${optimizer} must have at most ${gibibytes(STATE_BYTES)} GiB to be stored as a snapshot (received ${gibibytes(state)} GiB); make the model smaller${copies > 3 ? ', or take sgd, which keeps less' : ''}.`,
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
