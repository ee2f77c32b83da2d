import { UserError } from '../../../shared/errors.ts'
import { rawScale } from '../../datasets/index.ts'
import type { DatasetInput } from '../datasetInput.ts'
import { OnnxGraph } from './graph.ts'
import { type Network, writeNetwork } from './network.ts'
import { encodeOnnx } from './proto.ts'

export interface OnnxMember {
  readonly network: Network
  readonly normalisation: { readonly mean: readonly number[]; readonly std: readonly number[] }
  /** Shares sum to 1. */
  readonly weight: number
}

export interface OnnxInput {
  readonly members: readonly OnnxMember[]
  /** How the members' probabilities become one: their mean by shares, or the geometric mean. */
  readonly combined: 'mean' | 'geometric'
  readonly input: {
    readonly shape: readonly number[]
    readonly dtype: DatasetInput['dtype']
    readonly classes: readonly string[]
  }
  /** Goes along as the file's metadata: text by name. */
  readonly metadata: Readonly<Record<string, string>>
}

/** A protocol buffer may have at most 2 GiB; the graph around the weights takes little. */
const MOST_BYTES = 2 ** 31 - 2 ** 24

/**
 * One file that takes examples as the data set keeps them ("input", [N, ...shape], raw levels or columns, in the stored type)
 * and gives "probabilities" [N, classes] and "label" [N], the index of the most probable class. Normalisation is part of the
 * graph, in float64 as in training.
 * @throws UserError where a layer cannot be said in ONNX, or the weights are too many for one file
 */
export function onnxModel({ members, combined, input, metadata }: OnnxInput): Uint8Array {
  refuseTooLarge(members)
  const graph = new OnnxGraph()
  const { shape, dtype, classes } = input
  const raw = graph.add('Cast', ['input'], { to: 11 })
  const scale = rawScale(dtype)
  const logits = members.map(({ network, normalisation }) =>
    writeNetwork(graph, normalise(graph, raw, scale, normalisation), network),
  )
  const probabilities = combine(graph, logits, members, combined)
  graph.add('ArgMax', [probabilities], { axis: -1, keepdims: 0 }, 'label')
  return encodeOnnx({
    nodes: graph.nodes,
    tensors: graph.tensors,
    input: { name: 'input', type: dtype, shape },
    outputs: [
      { name: 'probabilities', type: 'float32', shape: [classes.length] },
      { name: 'label', type: 'int64', shape: [] },
    ],
    metadata,
  })
}

/** (raw · scale - mean) / std, along the last axis. */
function normalise(graph: OnnxGraph, raw: string, scale: number, { mean, std }: OnnxMember['normalisation']) {
  const scaled = scale === 1 ? raw : graph.add('Mul', [raw, graph.constant([scale], 'float64', [])])
  const centred = graph.add('Sub', [scaled, graph.constant(mean, 'float64')])
  return graph.add('Cast', [graph.add('Div', [centred, graph.constant(std, 'float64')])], { to: 1 })
}

function combine(
  graph: OnnxGraph,
  logits: readonly string[],
  members: readonly OnnxMember[],
  combined: OnnxInput['combined'],
): string {
  const [only] = logits
  if (only === undefined) throw new Error('An ensemble has at least one member.')
  if (logits.length === 1) return graph.add('Softmax', [only], { axis: -1 }, 'probabilities')
  const operator = combined === 'mean' ? 'Softmax' : 'LogSoftmax'
  const shares = logits.map((each, k) =>
    graph.add('Mul', [graph.add(operator, [each], { axis: -1 }), graph.scalar(members[k]?.weight ?? 0)]),
  )
  if (combined === 'mean') return graph.add('Sum', shares, {}, 'probabilities')
  return graph.add('Softmax', [graph.add('Sum', shares)], { axis: -1 }, 'probabilities')
}

function refuseTooLarge(members: readonly OnnxMember[]): void {
  const bytes = members.reduce(
    (sum, { network }) => sum + network.tensors.reduce((all, { data }) => all + data.byteLength, 0),
    0,
  )
  if (bytes <= MOST_BYTES) return
  throw new UserError(
    `While writing an ONNX file: ${members.length} members have ${(bytes / 2 ** 30).toFixed(2)} GiB of weights, but one file may have at most 2 GiB; choose fewer members, or export them as safetensors.`,
  )
}
