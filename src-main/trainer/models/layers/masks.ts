import type * as tfl from '@tensorflow/tfjs-layers'
import * as tf from '../../../engine/tf.ts'

type Layer = tfl.LayersModel['layers'][number]

/* Which steps are passed over, from layer to layer: what tfjs's walk through a model gets wrong of it. */

/** Layers of which a step counts where it counts in all inputs that have a mask, as in Keras. */
const merges: ReadonlySet<string> = new Set(['Add', 'Multiply', 'Average', 'Maximum', 'Minimum'])

/**
 * tfjs hands the options of a call from layer to layer in one object, and never takes a mask out of it again: a decoder
 * would pass over the steps that its encoder did. Its merging layers leave the last mask out, and give one of another shape.
 */
export function mendMasks(layer: Layer): void {
  const call = layer.call.bind(layer)
  layer.call = (inputs, kwargs) => {
    const own = { ...kwargs }
    if (kwargs !== undefined) delete kwargs.mask
    return call(inputs, own)
  }
  if (!merges.has(layer.getClassName())) return
  const ofAll = (_: unknown, given: unknown): tf.Tensor | null => {
    const masks = tensorsOf(given)
    return masks.length === 0 ? null : masks.reduce((seen, mask) => tf.logicalAnd(seen, mask))
  }
  // Its type in tfjs knows no result for a layer none of whose inputs has a mask.
  Reflect.set(layer, 'computeMask', ofAll)
}

/**
 * tfjs tells a layer the mask of its first input alone. @returns of a layer with several inputs those of all, as they were
 * in the pass through the model that is under way; undefined for one that has none
 */
export function masksOfInputs(layer: Layer): () => (tf.Tensor | undefined)[] {
  const sources = layer.inboundNodes[0]?.inboundLayers ?? []
  const last = new Map<Layer, tf.Tensor | undefined>()
  for (const source of new Set(sources)) {
    const computeMask = source.computeMask.bind(source)
    source.computeMask = (inputs, given) => {
      const made = computeMask(inputs, given)
      last.set(source, tensorsOf(made)[0])
      return made
    }
  }
  return () => sources.map((source) => last.get(source))
}

const tensorsOf = (given: unknown): tf.Tensor[] =>
  [given].flat().filter((each): each is tf.Tensor => each instanceof tf.Tensor)
