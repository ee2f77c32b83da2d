import type { OnnxGraph } from './graph.ts'

type Writer = (graph: OnnxGraph, x: string) => string

const operator =
  (name: string): Writer =>
  (graph, x) =>
    graph.add(name, [x])

/** 0.5 x (1 + erf(x / √2)) (Hendrycks and Gimpel 2016) */
const gelu: Writer = (graph, x) => {
  const erf = graph.add('Erf', [graph.add('Mul', [x, graph.scalar(Math.SQRT1_2)])])
  const gate = graph.add('Add', [erf, graph.scalar(1)])
  return graph.add('Mul', [graph.add('Mul', [x, graph.scalar(0.5)]), gate])
}

/** Its approximation by tanh, of the same paper. */
const tanhGelu: Writer = (graph, x) => {
  const cube = graph.add('Mul', [graph.add('Mul', [x, x]), x])
  const sum = graph.add('Add', [x, graph.add('Mul', [cube, graph.scalar(0.044715)])])
  const tanh = graph.add('Tanh', [graph.add('Mul', [sum, graph.scalar(Math.sqrt(2 / Math.PI))])])
  const gate = graph.add('Add', [tanh, graph.scalar(1)])
  return graph.add('Mul', [graph.add('Mul', [x, graph.scalar(0.5)]), gate])
}

/** By the names that tfjs gives them, without underscores and in lower case. */
const activations: Readonly<Record<string, Writer>> = {
  linear: (_graph, x) => x,
  relu: operator('Relu'),
  relu6: (graph, x) => graph.add('Clip', [x, graph.scalar(0), graph.scalar(6)]),
  elu: operator('Elu'),
  selu: operator('Selu'),
  sigmoid: operator('Sigmoid'),
  hardsigmoid: (graph, x) => graph.add('HardSigmoid', [x], { alpha: { float: 0.2 }, beta: { float: 0.5 } }),
  softplus: operator('Softplus'),
  softsign: operator('Softsign'),
  tanh: operator('Tanh'),
  softmax: (graph, x) => graph.add('Softmax', [x], { axis: -1 }),
  logsoftmax: (graph, x) => graph.add('LogSoftmax', [x], { axis: -1 }),
  swish: (graph, x) => graph.add('Mul', [x, graph.add('Sigmoid', [x])]),
  mish: (graph, x) => graph.add('Mul', [x, graph.add('Tanh', [graph.add('Softplus', [x])])]),
  gelu,
  gelunew: tanhGelu,
}

/** undefined for one that is not known. */
export const activationNamed = (name: string): Writer | undefined =>
  activations[name.replaceAll('_', '').toLowerCase()]
