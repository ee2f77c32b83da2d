import * as tfl from '@tensorflow/tfjs-layers'
import { UserError, wordsOf } from '../../../shared/errors.ts'
import type { Topology } from '../../../shared/model/topology.ts'
import { addGradients } from '../../engine/gradients.ts'
import * as tf from '../../engine/tf.ts'
import { registerInitialisers } from './initialisers.ts'
import { registerEinsumDense } from './layers/einsumDense.ts'
import { registerGru } from './layers/gru.ts'
import { registerAttentionLayer } from './layers/multiHeadAttention.ts'
import { registerResizing } from './layers/resizing.ts'
// Registers the layer with tfjs.
import './layers/groupNorm.ts'

addGradients()
registerInitialisers()
registerAttentionLayer()
registerGru()
registerEinsumDense()
registerResizing()

/** tfjs rewrites the names in a topology to camel case, and then does not find the one activation it wrote otherwise. */
function nameGeluNew(): void {
  const { classNameMap } = tf.serialization.SerializationMap.getMap()
  const found = classNameMap.gelu_new
  if (found !== undefined) classNameMap.geluNew ??= found
}

/** @throws UserError naming what tfjs cannot build */
export async function loadTopology(topology: Topology): Promise<tfl.LayersModel> {
  nameGeluNew()
  try {
    return await tfl.loadLayersModel(tf.io.fromMemory({ modelTopology: topology }))
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(
      `While building the model: tfjs could not build the topology (${firstSentence(error)}); correct the layer it names.`,
    )
  }
}

/** tfjs's messages go on with stack-like advice over many lines. */
export function firstSentence(error: unknown): string {
  const message = wordsOf(error)
  return message.split(/\.?\s*\n|\. This may be due/)[0]?.replace(/\.$/, '') ?? message
}
