import { GraphBuilder, sequential } from './topology.ts'

/* Networks that take the 28 rows of an image one after another: twins of lstm and encoder in pytorch/layers.py. */

/** 24,458 parameters. */
export const lstm = sequential(
  [28, 28, 1],
  [
    ['Reshape', { target_shape: [28, 28] }],
    ['LSTM', { units: 64, activation: 'tanh', recurrent_activation: 'sigmoid', return_sequences: false }],
    ['Dense', { units: 10 }],
  ],
)

const width = 64
const heads = 4
const inner = 128

/** A transformer encoder of two layers on 28 tokens (Vaswani et al. 2017, figure 1): 69,450 parameters. */
export const encoder = (() => {
  const graph = new GraphBuilder([28, 28, 1])
  const tokens = graph.add('Reshape', { target_shape: [28, 28] }, graph.input)
  let x = graph.add('Dense', { units: width }, tokens)
  for (let layer = 0; layer < 2; layer++) {
    const seen = graph.add('MultiHeadAttention', { num_heads: heads, key_dim: width / heads }, x, x)
    x = sumAndNorm(graph, x, seen)
    const wide = graph.add('Dense', { units: inner, activation: 'relu' }, x)
    x = sumAndNorm(graph, x, graph.add('Dense', { units: width }, wide))
  }
  const mean = graph.add('GlobalAveragePooling1D', {}, x)
  return graph.topology(graph.add('Dense', { units: 10 }, mean))
})()

function sumAndNorm(graph: GraphBuilder, x: string, y: string): string {
  return graph.add('LayerNormalization', { epsilon: 1e-3 }, graph.add('Add', {}, x, y))
}
