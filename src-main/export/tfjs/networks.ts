import { denseNetSizes } from '../../../shared/model/denseNetSizes.ts'
import { vggWidths } from '../../../shared/model/vggWidths.ts'
import type { ModelSpec } from '../../../shared/run/spec.ts'
import { GraphBuilder, type Json, type Node } from './graph.ts'
import { conv, halved, identityShortcut, sizes } from './images.ts'
import { userTopology } from './userTopology.ts'

type SpecOf<K extends ModelSpec['kind']> = Extract<ModelSpec, { kind: K }>

/**
 * The network of a run as a tfjs LayersModel topology that gives probabilities. Layers bear the names of the trainer's
 * weights, so that its tensors load by name.
 * @param shape of one example
 */
export function topologyOf(spec: ModelSpec, shape: readonly number[], classes: number): Json {
  if (spec.kind === 'layers') return userTopology(spec.topology)
  const graph = new GraphBuilder(shape)
  return graph.model(graph.dense('output', features(graph, spec), classes, 'softmax'))
}

function features(graph: GraphBuilder, spec: Exclude<ModelSpec, { kind: 'layers' }>): Node {
  switch (spec.kind) {
    case 'softmax':
      return graph.flatten(graph.input)
    case 'mlp':
      return mlp(graph, spec)
    case 'cnn':
      return cnn(graph, spec)
    case 'resnet':
      return pooled(graph, resnet(graph, spec))
    case 'wrn':
      return pooled(graph, wideResnet(graph, spec))
    case 'densenet':
      return pooled(graph, denseNet(graph, spec))
    case 'vgg':
      return pooled(graph, vgg(graph, spec))
  }
}

function mlp(graph: GraphBuilder, spec: SpecOf<'mlp'>): Node {
  let h = graph.flatten(graph.input)
  for (const [i, units] of spec.hidden.entries()) {
    h = graph.dense(`dense${i + 1}`, h, units, 'relu')
    h = graph.dropout(`dense${i + 1}/dropout`, h, spec.dropout)
  }
  return h
}

function cnn(graph: GraphBuilder, spec: SpecOf<'cnn'>): Node {
  let h = graph.input
  for (const [i, filters] of spec.filters.entries()) {
    h = conv(graph, `conv${i + 1}`, h, { filters, bias: true, activation: 'relu' })
    h = halved(graph, 'MaxPooling2D', `pool${i + 1}`, h)
  }
  h = graph.dense('dense1', graph.flatten(h), spec.dense, 'relu')
  return graph.dropout('dense1/dropout', h, spec.dropout)
}

/** Groups of n blocks whose widths double and whose images halve; the first block of a later group strides. */
function groups(
  n: number,
  widths: readonly number[],
  first: Node,
  block: (name: string, from: Node, filters: number, stride: number) => Node,
): Node {
  let h = first
  for (const [group, filters] of widths.entries()) {
    for (let index = 0; index < n; index++) {
      h = block(`group${group + 1}/block${index + 1}`, h, filters, group > 0 && index === 0 ? 2 : 1)
    }
  }
  return h
}

function resnet(graph: GraphBuilder, spec: SpecOf<'resnet'>): Node {
  const normed = graph.batchNorm('conv1/bn', conv(graph, 'conv1', graph.input, { filters: 16 }))
  const first = graph.relu('conv1/relu', normed)
  return groups((spec.depth - 2) / 6, [16, 32, 64], first, (name, from, filters, stride) => {
    const conv1 = conv(graph, `${name}/conv1`, from, { filters, stride })
    const inner = graph.relu(`${name}/relu1`, graph.batchNorm(`${name}/bn1`, conv1))
    const conv2 = conv(graph, `${name}/conv2`, inner, { filters })
    const shortcut = identityShortcut(graph, `${name}/shortcut`, from, stride, filters)
    return graph.relu(
      `${name}/relu2`,
      graph.sum(`${name}/add`, shortcut, graph.batchNorm(`${name}/bn2`, conv2)),
    )
  })
}

function wideResnet(graph: GraphBuilder, spec: SpecOf<'wrn'>): Node {
  const first = conv(graph, 'conv1', graph.input, { filters: 16 })
  const widths = [16, 32, 64].map((width) => width * spec.widen)
  const last = groups((spec.depth - 4) / 6, widths, first, (name, from, filters, stride) => {
    const active = graph.relu(`${name}/relu1`, graph.batchNorm(`${name}/bn1`, from))
    const conv1 = conv(graph, `${name}/conv1`, active, { filters, stride })
    const inner = graph.relu(`${name}/relu2`, graph.batchNorm(`${name}/bn2`, conv1))
    const conv2 = conv(graph, `${name}/conv2`, graph.dropout(`${name}/dropout`, inner, spec.dropout), {
      filters,
    })
    const changes = stride !== 1 || sizes(from)[2] !== filters
    const shortcut = changes ? conv(graph, `${name}/shortcut`, active, { filters, stride, kernel: 1 }) : from
    return graph.sum(`${name}/add`, shortcut, conv2)
  })
  return graph.relu('relu', graph.batchNorm('bn', last))
}

function denseNet(graph: GraphBuilder, spec: SpecOf<'densenet'>): Node {
  const { growth, bc, dropout } = spec
  const { first, layers, compressed } = denseNetSizes(spec)
  const normReluConv = (part: string, index: number, from: Node, filters: number, kernel: 1 | 3): Node => {
    const active = graph.relu(`${part}/relu${index}`, graph.batchNorm(`${part}/bn${index}`, from))
    const convolved = conv(graph, `${part}/conv${index}`, active, { filters, kernel })
    return graph.dropout(`${part}/dropout${index}`, convolved, dropout)
  }
  let h = conv(graph, 'conv1', graph.input, { filters: first })
  for (const block of [1, 2, 3]) {
    if (block > 1) {
      const name = `transition${block - 1}`
      const narrowed = normReluConv(name, 1, h, compressed(sizes(h)[2]), 1)
      h = halved(graph, 'AveragePooling2D', `${name}/pool`, narrowed)
    }
    for (let index = 1; index <= layers; index++) {
      const name = `block${block}/layer${index}`
      const inner = bc ? normReluConv(name, 1, h, 4 * growth, 1) : h
      h = graph.concat(`${name}/concat`, h, normReluConv(name, bc ? 2 : 1, inner, growth, 3))
    }
  }
  return graph.relu('relu', graph.batchNorm('bn', h))
}

function vgg(graph: GraphBuilder, spec: SpecOf<'vgg'>): Node {
  let h = graph.input
  for (const [stage, widths] of vggWidths(spec.depth).entries()) {
    const name = `stage${stage + 1}`
    for (const [i, filters] of widths.entries()) {
      const convolved = conv(graph, `${name}/conv${i + 1}`, h, { filters })
      h = graph.relu(`${name}/relu${i + 1}`, graph.batchNorm(`${name}/bn${i + 1}`, convolved))
    }
    h = halved(graph, 'MaxPooling2D', `${name}/pool`, h)
  }
  return h
}

function pooled(graph: GraphBuilder, from: Node): Node {
  return graph.add('GlobalAveragePooling2D', 'pool', [from], {}, [sizes(from)[2]])
}
