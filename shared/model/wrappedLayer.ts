import { z } from 'zod'
import { type Layer, layer, refuseLayer } from './layer.ts'

/* Layers that hold another one: Bidirectional runs it both ways, TimeDistributed on every step. */

const wrappers = ['Bidirectional', 'TimeDistributed']
const recurrentLayers = ['LSTM', 'GRU', 'SimpleRNN']

/** Lets `rewrite` change the layer that a wrapper holds, or the cells of an RNN; of other layers nothing is done. */
export function rewriteWrapped(one: Layer, rewrite: (inner: Layer, index: number) => void): void {
  if (one.class_name === 'RNN') {
    rewriteCells(one, rewrite)
    return
  }
  if (!wrappers.includes(one.class_name)) return
  const inner = layer.safeParse(one.config.layer)
  if (!inner.success) {
    refuseLayer(one, 'holds no layer', 'give the layer that it wraps under config.layer')
  }
  rewrite(inner.data, 0)
  one.config.layer = z.json().parse(inner.data)
}

/** An RNN holds one cell, or a stack of them. */
function rewriteCells(one: Layer, rewrite: (inner: Layer, index: number) => void): void {
  const held = layer.safeParse(one.config.cell)
  if (!held.success) refuseLayer(one, 'holds no cell', 'give its cell under config.cell')
  if (held.data.class_name === 'StackedRNNCells') {
    const cells = z.array(layer).min(1).safeParse(held.data.config.cells)
    if (!cells.success) refuseLayer(one, 'holds a stack without cells', 'give them under config.cells')
    for (const [index, cell] of cells.data.entries()) rewrite(cell, index)
    held.data.config.cells = z.json().parse(cells.data)
  } else rewrite(held.data, 0)
  one.config.cell = z.json().parse(held.data)
}

/** Refuses what a recurrent or wrapping layer could only do wrongly. @throws UserError */
export function checkSequenceLayer(one: Layer): void {
  if ([...recurrentLayers, 'RNN', 'ConvLSTM2D'].includes(one.class_name)) {
    for (const option of ['stateful', 'return_state']) {
      if (one.config[option] === true)
        refuseLayer(one, `sets ${option}, which is not supported`, 'set it to false')
    }
  }
  rewriteWrapped(one, (inner) => {
    if (one.class_name === 'RNN') return
    const fits =
      one.class_name === 'Bidirectional'
        ? recurrentLayers.includes(inner.class_name)
        : ![...wrappers, 'RNN', 'BatchNormalization', 'MultiHeadAttention', 'InputLayer'].includes(
            inner.class_name,
          )
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
