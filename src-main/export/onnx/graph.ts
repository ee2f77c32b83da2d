import type { Attribute, ElementType, OnnxNode, OnnxTensor } from './proto.ts'

const bytesOf = {
  float32: (values: readonly number[]) => Float32Array.from(values),
  float64: (values: readonly number[]) => Float64Array.from(values),
  int64: (values: readonly number[]) => BigInt64Array.from(values.map((value) => BigInt(value))),
} as const

/** The nodes and constants of one ONNX graph, which may hold several networks. Values are known by their names. */
export class OnnxGraph {
  readonly nodes: OnnxNode[] = []
  readonly tensors: OnnxTensor[] = []
  #count = 0

  /** @param output its name; one that nobody else has, where it does not matter @returns the name of what it gives */
  add(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `${operator}/${++this.#count}`,
  ): string {
    this.nodes.push({ operator, inputs, output, attributes })
    return output
  }

  /** A constant of its own; no dims: a scalar. @returns its name */
  constant(
    values: readonly number[],
    type: Extract<ElementType, keyof typeof bytesOf> = 'float32',
    dims: readonly number[] = [values.length],
  ): string {
    const { buffer } = bytesOf[type](values)
    return this.tensor(`constant/${++this.#count}`, type, dims, new Uint8Array(buffer))
  }

  scalar(value: number): string {
    return this.constant([value], 'float32', [])
  }

  tensor(name: string, type: ElementType, dims: readonly number[], data: Uint8Array): string {
    this.tensors.push({ name, type, dims, data })
    return name
  }
}
