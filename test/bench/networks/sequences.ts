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
    x = sumAndNorm(graph, x, attention(graph, x))
    const wide = graph.add('Dense', { units: inner, activation: 'relu' }, x)
    x = sumAndNorm(graph, x, graph.add('Dense', { units: width }, wide))
  }
  const mean = graph.add('GlobalAveragePooling1D', {}, x)
  return graph.topology(graph.add('Dense', { units: 10 }, mean))
})()

function sumAndNorm(graph: GraphBuilder, x: string, y: string): string {
  return graph.add('LayerNormalization', { epsilon: 1e-3 }, graph.add('Add', {}, x, y))
}

/** Each head of layers of its own, as the layers that can be trained here compose it. */
function attention(graph: GraphBuilder, x: string): string {
  const size = width / heads
  const seen = Array.from({ length: heads }, () => {
    const [query, key, value] = [0, 1, 2].map(() => graph.add('Dense', { units: size }, x))
    if (query === undefined || key === undefined || value === undefined)
      throw new Error('a head has three parts')
    const scaled = graph.add('Rescaling', { scale: 1 / Math.sqrt(size) }, query)
    const scores = graph.add('Dot', { axes: [2, 2], normalize: false }, scaled, key)
    const weights = graph.add('Softmax', { axis: -1 }, scores)
    return graph.add('Dot', { axes: [2, 1], normalize: false }, weights, value)
  })
  return graph.add('Dense', { units: width }, graph.add('Concatenate', { axis: -1 }, ...seen))
}
