import type { z } from 'zod'

/* LayersModel topologies as Keras 2 writes them, built in code. */

type Json = z.core.util.JSONType
type Config = Readonly<Record<string, Json>>
export type LayerSpec = readonly [kind: string, config: Config]

/** The layers of a network without branches. */
export function sequential(shape: readonly number[], layers: readonly LayerSpec[]) {
  return {
    class_name: 'Sequential',
    config: {
      name: 'network',
      layers: layers.map(([class_name, config], i) => ({
        class_name,
        config: { name: `layer${i + 1}`, ...(i === 0 && { batch_input_shape: [null, ...shape] }), ...config },
      })),
    },
  }
}

/** A network with branches, layer by layer. */
export class GraphBuilder {
  readonly input = 'input'
  readonly #layers: Json[] = []

  constructor(shape: readonly number[]) {
    const config = { name: this.input, batch_input_shape: [null, ...shape], dtype: 'float32' }
    this.#layers.push({ class_name: 'InputLayer', name: this.input, config, inbound_nodes: [] })
  }

  /** @returns the name of the layer, for those that it feeds */
  add(class_name: string, config: Config, ...from: readonly string[]): string {
    const name = typeof config.name === 'string' ? config.name : `layer${this.#layers.length}`
    const inbound_nodes = [from.map((each) => [each, 0, 0, {}])]
    this.#layers.push({ class_name, name, config: { name, ...config }, inbound_nodes })
    return name
  }

  topology(output: string) {
    const ends = { input_layers: [[this.input, 0, 0]], output_layers: [[output, 0, 0]] }
    return { class_name: 'Model', config: { name: 'network', layers: this.#layers, ...ends } }
  }
}
