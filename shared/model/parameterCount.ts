import type { ModelSpec, OptimizerSpec } from '../run/spec.ts'
import { denseNetSizes } from './denseNetSizes.ts'
import { type VggDepth, vggWidths } from './vggWidths.ts'

/** What a model is built for: the shape of an example, and the classes there are. */
interface DataShape {
  readonly shape: readonly number[]
  readonly classes: number
}

/** Numbers an optimizer keeps for each weight, at most. */
export const optimizerNumbers: Readonly<Record<OptimizerSpec['kind'], number>> = {
  sgd: 1,
  rmsprop: 2,
  adam: 2,
  adamw: 2,
}

/** Trained numbers of a network, without building it. Those of a model of the user's own only tfjs can tell. */
export function countParameters(
  spec: Exclude<ModelSpec, { kind: 'layers' }>,
  { shape, classes }: DataShape,
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
    case 'densenet':
      return densenet(spec, shape, classes)
    case 'vgg':
      return vgg(spec.depth, shape, classes)
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

function densenet(
  spec: Extract<ModelSpec, { kind: 'densenet' }>,
  [, , channels = 1]: readonly number[],
  classes: number,
): number {
  const { growth, bc } = spec
  const { first, layers, compressed } = denseNetSizes(spec)
  let width = first
  let sum = conv(3, channels, width)
  for (let block = 0; block < 3; block++) {
    if (block > 0) {
      sum += norm(width) + conv(1, width, compressed(width))
      width = compressed(width)
    }
    for (let layer = 0; layer < layers; layer++) {
      const inner = bc ? 4 * growth : width
      if (bc) sum += norm(width) + conv(1, width, inner)
      sum += norm(inner) + conv(3, inner, growth)
      width += growth
    }
  }
  return sum + norm(width) + dense(width, classes)
}

function vgg(depth: VggDepth, [, , channels = 1]: readonly number[], classes: number): number {
  const widths = vggWidths(depth).flat()
  const stack = widths.reduce(
    (sum, width, i) => sum + conv(3, widths[i - 1] ?? channels, width) + norm(width),
    0,
  )
  return stack + dense(widths.at(-1) ?? 0, classes)
}
