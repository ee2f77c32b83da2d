import { z } from 'zod'
import { type Layer, layer, refuseLayer } from './layer.ts'

/* Layers that hold another one: Bidirectional runs it both ways, TimeDistributed on every step. */

const wrappers = ['Bidirectional', 'TimeDistributed']
const recurrentLayers = ['LSTM', 'GRU', 'SimpleRNN']

/** Lets `rewrite` change the layer that a wrapper holds; of other layers nothing is done. */
export function rewriteWrapped(one: Layer, rewrite: (inner: Layer) => void): void {
  if (!wrappers.includes(one.class_name)) return
  const inner = layer.safeParse(one.config.layer)
  if (!inner.success) {
    refuseLayer(one, 'holds no layer', 'give the layer that it wraps under config.layer')
  }
  rewrite(inner.data)
  one.config.layer = z.json().parse(inner.data)
}

/** Refuses what a recurrent or wrapping layer could only do wrongly. @throws UserError */
export function checkSequenceLayer(one: Layer): void {
  if ([...recurrentLayers, 'ConvLSTM2D'].includes(one.class_name)) {
    for (const option of ['stateful', 'return_state']) {
      if (one.config[option] === true)
        refuseLayer(one, `sets ${option}, which is not supported`, 'set it to false')
    }
  }
  rewriteWrapped(one, (inner) => {
    const fits =
      one.class_name === 'Bidirectional'
        ? recurrentLayers.includes(inner.class_name)
        : ![...wrappers, 'BatchNormalization', 'MultiHeadAttention', 'InputLayer'].includes(inner.class_name)
    if (!fits) {
      refuseLayer(
        one,
        `holds a ${inner.class_name}, which is not supported`,
        one.class_name === 'Bidirectional'
          ? `hold one of ${recurrentLayers.join(', ')}`
          : 'use that layer without TimeDistributed',
      )
    }
  })
}
