import { UserError } from '../../../shared/errors.ts'
import type { ModelSpec, OptimizerSpec } from '../../../shared/run/spec.ts'
import type { ModelInput } from './model.ts'

/** Numbers an optimizer keeps for each weight, at most. */
const slots: Readonly<Record<OptimizerSpec['kind'], number>> = { sgd: 1, rmsprop: 2, adam: 2, adamw: 2 }

/**
 * @param memory bytes the device can hold: each trained number takes four for itself, its gradient and each number
 * the optimizer keeps for it
 * @throws UserError when the model cannot be trained in them
 */
export function refuseOversize(parameters: number, optimizer: OptimizerSpec['kind'], memory: number): void {
  const copies = 2 + slots[optimizer]
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

/** Trained numbers of the model that `buildModel` would make, without making it. A topology's are told by topologySize.ts. */
export function countParameters(
  spec: Exclude<ModelSpec, { kind: 'layers' }>,
  { shape, classes }: ModelInput,
): number {
  const features = shape.reduce((a, b) => a * b, 1)
  switch (spec.kind) {
    case 'softmax':
      return dense(features, classes)
    case 'mlp':
      return denseStack([features, ...spec.hidden, classes])
    case 'cnn':
      return cnn(spec, shape, classes)
    case 'resnet':
      return resnet(spec.depth, shape, classes)
    case 'wrn':
      return wideResnet(spec, shape, classes)
  }
}

const dense = (inputs: number, outputs: number): number => inputs * outputs + outputs
const conv = (kernel: number, inputs: number, outputs: number): number => kernel * kernel * inputs * outputs
const norm = (channels: number): number => 2 * channels

function denseStack(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, i) => sum + dense(widths[i] ?? 0, width), 0)
}

function cnn(spec: Extract<ModelSpec, { kind: 'cnn' }>, shape: readonly number[], classes: number): number {
  const [height = 1, width = 1, channels = 1] = shape
  const widths = [channels, ...spec.filters]
  const convolutions = spec.filters.reduce((sum, out, i) => sum + conv(3, widths[i] ?? 0, out) + out, 0)
  const halved = (size: number): number => Math.floor(size / 2 ** spec.filters.length)
  return (
    convolutions + denseStack([halved(height) * halved(width) * (widths.at(-1) ?? 0), spec.dense, classes])
  )
}

function resnet(depth: number, [, , channels = 1]: readonly number[], classes: number): number {
  let sum = conv(3, channels, 16) + norm(16) + dense(64, classes)
  let inputs = 16
  for (const width of [16, 32, 64]) {
    for (let block = 0; block < (depth - 2) / 6; block++) {
      sum += conv(3, inputs, width) + conv(3, width, width) + 2 * norm(width)
      inputs = width
    }
  }
  return sum
}

function wideResnet(
  { depth, widen }: Extract<ModelSpec, { kind: 'wrn' }>,
  [, , channels = 1]: readonly number[],
  classes: number,
): number {
  let sum = conv(3, channels, 16) + norm(64 * widen) + dense(64 * widen, classes)
  let inputs = 16
  for (const width of [16 * widen, 32 * widen, 64 * widen]) {
    for (let block = 0; block < (depth - 4) / 6; block++) {
      sum += norm(inputs) + conv(3, inputs, width) + norm(width) + conv(3, width, width)
      if (inputs !== width) sum += conv(1, inputs, width)
      inputs = width
    }
  }
  return sum
}
