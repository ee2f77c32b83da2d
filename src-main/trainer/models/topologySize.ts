import * as tfl from '@tensorflow/tfjs-layers'
import { z } from 'zod'
import type { Topology } from '../../../shared/model/topology.ts'
import { loadTopology } from './loadTopology.ts'

/** What a topology takes, told by its shapes alone. */
export interface TopologySize {
  /** Numbers in all weights, moving statistics among them. */
  readonly parameters: number
  /** Numbers in the largest weight. */
  readonly largestWeight: number
  /** Numbers that the layer with the largest output gives for one example. */
  readonly largestOutput: number
}

/**
 * Builds the topology with weights of one number each: tfjs works out every shape, and nothing large is allocated.
 * @throws UserError for a topology that tfjs cannot build
 */
export async function sizeOfTopology(topology: Topology): Promise<TopologySize> {
  const sizes: number[] = []
  const network = await withSmallWeights(
    (shape) => void sizes.push(numbersIn(shape)),
    () => loadTopology(topology),
  )
  const outputs = network.layers.flatMap((layer) => outputShapes(layer).map(numbersIn))
  network.dispose()
  return {
    parameters: sizes.reduce((sum, size) => sum + size, 0),
    largestWeight: Math.max(0, ...sizes),
    largestOutput: Math.max(0, ...outputs),
  }
}

const numbersIn = (shape: readonly (number | null)[]): number =>
  shape.reduce<number>((product, size) => product * (size ?? 1), 1)

const shapes = z.array(z.int().nullable()).transform((shape) => [shape])
const outputShape = shapes.or(z.array(z.array(z.int().nullable())))
const outputShapes = (layer: tfl.LayersModel['layers'][number]) => outputShape.parse(layer.outputShape)

const addWeight = z.custom<(...given: unknown[]) => unknown>((value) => typeof value === 'function')
const weightShape = z.array(z.int().nullable())

/** Every layer of tfjs makes its weights through one protected method: during `work` it makes small ones. */
async function withSmallWeights<T>(
  onWeight: (shape: readonly (number | null)[]) => void,
  work: () => Promise<T>,
): Promise<T> {
  const prototype: object = tfl.layers.Layer.prototype
  const original = addWeight.parse(Reflect.get(prototype, 'addWeight'))
  const small = function (this: unknown, name: unknown, shape: unknown, ...more: unknown[]): unknown {
    const given = weightShape.parse(shape)
    onWeight(given)
    return Reflect.apply(original, this, [name, given.map(() => 1), ...more])
  }
  Reflect.set(prototype, 'addWeight', small)
  try {
    return await work()
  } finally {
    Reflect.set(prototype, 'addWeight', original)
  }
}
