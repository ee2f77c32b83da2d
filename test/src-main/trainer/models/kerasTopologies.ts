import type { z } from 'zod'
import type { ModelSpec } from '../../../../shared/run/spec.ts'

/* Topologies as Keras writes them, of layers that tfjs lacks or refuses, for images of 6×6 in 3 classes. */

type Config = Record<string, z.core.util.JSONType>

const layer = (class_name: string, config: Config): Config => ({ class_name, config })
const sequential = (layers: Config[]): ModelSpec => ({
  kind: 'layers',
  topology: { class_name: 'Sequential', config: { name: 'net', layers } },
})

/** GRUs as Keras presets them: the reset gate after the recurrent product. */
export const resetAfter = (): ModelSpec => {
  const gru = { units: 5, activation: 'tanh', recurrent_activation: 'sigmoid', reset_after: true }
  const inner = layer('GRU', { ...gru, units: 3, name: 'inner', dropout: 0.3, return_sequences: true })
  const layers = [
    layer('Reshape', { batch_input_shape: [null, 6, 6, 1], target_shape: [6, 6], name: 'rows' }),
    layer('GRU', { ...gru, name: 'gru1', return_sequences: true }),
    layer('Bidirectional', { layer: inner, name: 'both', merge_mode: 'concat' }),
    layer('GRU', { ...gru, name: 'gru2', use_bias: false, go_backwards: true, recurrent_dropout: 0.2 }),
    layer('Dense', { units: 3, name: 'gruOut' }),
  ]
  return sequential(layers)
}

/** Rows as images of their own, three steps of them, and products by equation. */
export const filmed = (): ModelSpec => {
  const cell = { filters: 2, kernel_size: [2, 2], activation: 'tanh', recurrent_activation: 'hard_sigmoid' }
  const kernel_initializer = { class_name: 'RandomNormal', config: { stddev: 1 } }
  const layers = [
    layer('Reshape', { batch_input_shape: [null, 6, 6, 1], target_shape: [3, 3, 4, 1], name: 'frames' }),
    layer('ConvLSTM2D', {
      ...cell,
      return_sequences: true,
      unit_forget_bias: true,
      dropout: 0.2,
      name: 'film',
    }),
    layer('ConvLSTM2D', { ...cell, padding: 'same', go_backwards: true, strides: [1, 2], name: 'last' }),
    layer('EinsumDense', {
      kernel_initializer,
      equation: 'abcd,cde->abe',
      output_shape: [null, 5],
      bias_axes: 'e',
      name: 'by1',
    }),
    layer('EinsumDense', {
      kernel_initializer,
      ...{ equation: '...x,xy->...y', output_shape: 4, activation: 'tanh', name: 'by2' },
    }),
    layer('EinsumDense', {
      kernel_initializer,
      equation: 'abc,bcd->adb',
      output_shape: [3, 2],
      bias_axes: 'db',
      name: 'by3',
    }),
    layer('Flatten', { name: 'filmFlat' }),
    layer('Dense', { units: 3, name: 'filmOut' }),
  ]
  return sequential(layers)
}

/** Cells by themselves, and two of them above each other. */
export const celled = (): ModelSpec => {
  const gru = layer('GRUCell', { units: 4, reset_after: true, recurrent_dropout: 0.2 })
  const lstm = layer('LSTMCell', { units: 3, dropout: 0.2, unit_forget_bias: true })
  const stacked = layer('StackedRNNCells', { cells: [lstm, gru] })
  const layers = [
    layer('Reshape', { batch_input_shape: [null, 6, 6, 1], target_shape: [6, 6], name: 'cellRows' }),
    layer('RNN', { cell: stacked, return_sequences: true, go_backwards: true, name: 'stack' }),
    layer('RNN', { cell: layer('SimpleRNNCell', { units: 5 }), name: 'single' }),
    layer('Dense', { units: 3, name: 'cellOut' }),
  ]
  return sequential(layers)
}

/** Images behind a convolution brought to other sizes, larger and smaller. */
export const resized = (): ModelSpec => {
  const first = { batch_input_shape: [null, 6, 6, 1], filters: 3, kernel_size: 2, name: 'sized' }
  const layers = [
    layer('Conv2D', first),
    layer('Resizing', { height: 7, width: 4, name: 'smooth1' }),
    layer('CenterCrop', { height: 4, width: 3, name: 'middle' }),
    layer('Resizing', { height: 3, width: 5, interpolation: 'nearest', name: 'nearest1' }),
    layer('CenterCrop', { height: 4, width: 4, name: 'larger' }),
    layer('Flatten', { name: 'sizedFlat' }),
    layer('Dense', { units: 3, name: 'sizedOut' }),
  ]
  return sequential(layers)
}

/** Filters whose taps lie apart, of images, lines and volumes. */
export const dilated = (): ModelSpec =>
  sequential([
    layer('Conv2D', {
      ...{ batch_input_shape: [null, 6, 6, 1], filters: 2, kernel_size: [2, 3], dilation_rate: [3, 2] },
      ...{ padding: 'same', activation: 'tanh', name: 'apart2' },
    }),
    layer('SeparableConv2D', { filters: 3, kernel_size: 2, dilation_rate: 2, name: 'separate' }),
    layer('Reshape', { target_shape: [2, 4, 2, 3], name: 'asVolumes' }),
    layer('Conv3D', { filters: 2, kernel_size: 2, dilation_rate: [1, 2, 1], name: 'apart3' }),
    layer('Reshape', { target_shape: [4, 1], name: 'asLines' }),
    layer('Conv1D', { filters: 2, kernel_size: 2, dilation_rate: 2, name: 'apart1' }),
    layer('Flatten', { name: 'apartFlat' }),
    layer('Dense', { units: 3, name: 'apartOut' }),
  ])
