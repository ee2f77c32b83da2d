import { z } from 'zod'
import { show, UserError } from '../errors.ts'
import { type Layer, nameOf, refuseLayer } from './layer.ts'

/*
 * The layers of a topology as a graph. A node is one use of a layer: a layer of weights that is applied twice has two.
 *
 *   image ──► flat ──► left ──┐
 *                └───► right ─┴─► sum ──► out
 *
 * tfjs builds a node when all that flows into it has been built, and tries again for ever where that can never be: in
 * a ring, and where a name stands for nothing. Both are refused here.
 */

const inbound = z.array(z.tuple([z.string(), z.int().min(0), z.int().min(0)]).rest(z.unknown()))

interface GraphNode {
  readonly layer: Layer
  /** Keys of the nodes that flow into this one. */
  readonly from: readonly string[]
}

const keyOf = (name: string, use: number): string => JSON.stringify([name, use])

/** @throws UserError naming the layers of a ring, or the layer that names one that is not there */
export function checkGraph(layers: readonly Layer[]): void {
  const nodes = nodesOf(layers)
  for (const { layer, from } of nodes.values()) {
    const missing = from.find((key) => !nodes.has(key))
    if (missing !== undefined) refuseMissing(layer, missing, layers)
  }
  const ring = findRing(nodes)
  if (ring !== undefined) {
    throw new UserError(
      `While reading the model: its layers ${ring.map(show).join(' → ')} flow into each other in a ring, so none can come first; remove one of these connections.`,
    )
  }
}

function nodesOf(layers: readonly Layer[]): ReadonlyMap<string, GraphNode> {
  const nodes = new Map<string, GraphNode>()
  for (const layer of layers) {
    const uses = layer.inbound_nodes ?? []
    if (uses.length === 0) {
      if (layer.class_name !== 'InputLayer') {
        refuseLayer(layer, 'has nothing that flows into it', 'name its input in inbound_nodes')
      }
      nodes.set(keyOf(nameOf(layer), 0), { layer, from: [] })
    }
    for (const [use, given] of uses.entries()) {
      nodes.set(keyOf(nameOf(layer), use), { layer, from: inputsOf(layer, given) })
    }
  }
  return nodes
}

function inputsOf(layer: Layer, given: unknown): string[] {
  const parsed = inbound.safeParse(given)
  if (!parsed.success) {
    refuseLayer(
      layer,
      `has inbound_nodes of another form than [[name, use, output, {}], …] (received ${show(given)})`,
      'write the topology with model.toJSON() of tfjs or Keras',
    )
  }
  return parsed.data.map(([name, use]) => keyOf(name, use))
}

function refuseMissing(layer: Layer, key: string, layers: readonly Layer[]): never {
  const [name, use] = z.tuple([z.string(), z.int()]).parse(JSON.parse(key))
  const known = layers.some((other) => nameOf(other) === name)
  refuseLayer(
    layer,
    known
      ? `takes use ${use + 1} of layer ${show(name)}, which is not used that often`
      : `takes its input from layer ${show(name)}, which is not there`,
    'correct its inbound_nodes',
  )
}

/**
 * Takes away, again and again, the nodes that nothing left flows into (Kahn 1962). What stays holds a ring.
 * @returns the names along one ring, the first one repeated at its end; undefined where there is none
 */
function findRing(nodes: ReadonlyMap<string, GraphNode>): string[] | undefined {
  const waitsFor = new Map([...nodes].map(([key, { from }]) => [key, new Set(from)]))
  const feeds = new Map<string, string[]>()
  for (const [key, { from }] of nodes) {
    for (const source of new Set(from)) feeds.set(source, [...(feeds.get(source) ?? []), key])
  }
  const ready = [...waitsFor].filter(([, sources]) => sources.size === 0).map(([key]) => key)
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    waitsFor.delete(key)
    for (const next of feeds.get(key) ?? []) {
      const sources = waitsFor.get(next)
      sources?.delete(key)
      if (sources?.size === 0) ready.push(next)
    }
  }
  return walkBack(nodes, waitsFor)
}

/** Every node that is left waits for another one that is left: going back from any of them comes round. */
function walkBack(
  nodes: ReadonlyMap<string, GraphNode>,
  left: ReadonlyMap<string, ReadonlySet<string>>,
): string[] | undefined {
  const path: string[] = []
  let [key] = left.keys()
  while (key !== undefined && !path.includes(key)) {
    path.push(key)
    ;[key] = left.get(key) ?? []
  }
  if (key === undefined) return undefined
  const ring = [key, ...path.slice(path.indexOf(key) + 1).reverse(), key]
  return ring.map((each) => {
    const node = nodes.get(each)
    return node === undefined ? '' : nameOf(node.layer)
  })
}
