import { sequential } from './topology.ts'

const normalised = [
  ['Dense', { units: 256 }],
  ['LayerNormalization', { epsilon: 1e-3 }],
  ['Activation', { activation: 'relu' }],
] as const

/** An MLP with layer normalisation in front of each ReLU, the twin of layernorm in pytorch/layers.py: 270,346 parameters. */
export const layerNormMlp = sequential(
  [28, 28, 1],
  [['Flatten', {}], ...normalised, ...normalised, ['Dense', { units: 10 }]],
)
