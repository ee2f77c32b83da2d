import type { z } from 'zod'

export type Json = z.core.util.JSONType
type Config = Readonly<Record<string, Json>>

/** A place in the network: the layer that makes it, and its shape without the batch. */
export interface Node {
  readonly layer: string
  readonly shape: readonly number[]
}

interface LayerJson {
  readonly class_name: string
  readonly name: string
  readonly config: Config
  readonly inbound_nodes: Json
}

/** Writes a network as the JSON of a tfjs (Keras) functional model, one layer after the other. */
export class GraphBuilder {
  readonly #layers: LayerJson[] = []
  readonly input: Node

  constructor(shape: readonly number[]) {
    this.input = { layer: 'input', shape }
    const config = { batch_input_shape: [null, ...shape], dtype: 'float32', sparse: false }
    this.#layers.push({
      class_name: 'InputLayer',
      name: 'input',
      config: { ...config, name: 'input' },
      inbound_nodes: [],
    })
  }

  add(
    className: string,
    name: string,
    from: readonly Node[],
    config: Config,
    shape: readonly number[],
  ): Node {
    this.#layers.push({
      class_name: className,
      name,
      config: { name, trainable: true, ...config },
      inbound_nodes: [from.map(({ layer }) => [layer, 0, 0, {}])],
    })
    return { layer: name, shape }
  }

  dense(name: string, from: Node, units: number, activation: 'linear' | 'relu' | 'softmax'): Node {
    return this.add('Dense', name, [from], { units, activation, use_bias: true }, [units])
  }

  relu(name: string, from: Node): Node {
    return this.add('Activation', name, [from], { activation: 'relu' }, from.shape)
  }

  dropout(name: string, from: Node, rate: number): Node {
    return rate === 0 ? from : this.add('Dropout', name, [from], { rate }, from.shape)
  }

  batchNorm(name: string, from: Node): Node {
    const config = { axis: -1, momentum: 0.9, epsilon: 1e-5, center: true, scale: true }
    return this.add('BatchNormalization', name, [from], config, from.shape)
  }

  flatten(from: Node): Node {
    const size = from.shape.reduce((product, n) => product * n, 1)
    return from.shape.length === 1 ? from : this.add('Flatten', 'flatten', [from], {}, [size])
  }

  sum(name: string, a: Node, b: Node): Node {
    return this.add('Add', name, [a, b], {}, a.shape)
  }

  /** The channels of a followed by those of b. */
  concat(name: string, a: Node, b: Node): Node {
    const channels = (a.shape.at(-1) ?? 0) + (b.shape.at(-1) ?? 0)
    return this.add('Concatenate', name, [a, b], { axis: -1 }, [...a.shape.slice(0, -1), channels])
  }

  /** The whole model, giving what `output` holds. */
  model(output: Node): Json {
    return {
      class_name: 'Model',
      config: {
        name: 'anneal',
        layers: this.#layers.map((layer) => ({ ...layer })),
        input_layers: [['input', 0, 0]],
        output_layers: [[output.layer, 0, 0]],
      },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    }
  }
}
