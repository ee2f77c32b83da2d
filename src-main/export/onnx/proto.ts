import protobuf from 'protobufjs/light.js'

/*
 * The messages of an ONNX file that a network needs. Field numbers are those of onnx.proto (ONNX IR version 8); a field that
 * is not named here is never written.
 */

const { Field, Root, Type } = protobuf

const message = (name: string, fields: Readonly<Record<string, readonly [id: number, type: string]>>) => {
  const type = new Type(name)
  for (const [field, [id, kind]] of Object.entries(fields)) {
    const [of = kind, rule] = kind.split(' ')
    type.add(new Field(field, id, of, rule))
  }
  return type
}

const model = message('ModelProto', {
  irVersion: [1, 'int64'],
  producerName: [2, 'string'],
  docString: [6, 'string'],
  graph: [7, 'GraphProto'],
  opsetImport: [8, 'OperatorSetIdProto repeated'],
  metadataProps: [14, 'StringStringEntryProto repeated'],
})

const messages = [
  model,
  message('GraphProto', {
    node: [1, 'NodeProto repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto repeated'],
    input: [11, 'ValueInfoProto repeated'],
    output: [12, 'ValueInfoProto repeated'],
  }),
  message('NodeProto', {
    input: [1, 'string repeated'],
    output: [2, 'string repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto repeated'],
  }),
  message('AttributeProto', {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    ints: [8, 'int64 repeated'],
    type: [20, 'int32'],
  }),
  message('TensorProto', {
    dims: [1, 'int64 repeated'],
    dataType: [2, 'int32'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
  }),
  message('ValueInfoProto', { name: [1, 'string'], type: [2, 'TypeProto'] }),
  message('TypeProto', { tensorType: [1, 'TensorTypeProto'] }),
  message('TensorTypeProto', { elemType: [1, 'int32'], shape: [2, 'ShapeProto'] }),
  message('ShapeProto', { dim: [1, 'DimensionProto repeated'] }),
  message('DimensionProto', { dimValue: [1, 'int64'], dimParam: [2, 'string'] }),
  message('OperatorSetIdProto', { domain: [1, 'string'], version: [2, 'int64'] }),
  message('StringStringEntryProto', { key: [1, 'string'], value: [2, 'string'] }),
]
const onnx = new Root().define('onnx')
for (const each of messages) onnx.add(each)

/** TensorProto.DataType */
export const elementTypes = { float32: 1, uint8: 2, uint16: 4, int64: 7, float64: 11 } as const
export type ElementType = keyof typeof elementTypes

const IR_VERSION = 8
/** The version of the standard's operators: the last one whose ReduceMean and ReduceMax take their axes as an attribute. */
const OPSET = 17

export interface OnnxTensor {
  readonly name: string
  readonly type: ElementType
  readonly dims: readonly number[]
  /** Little-endian, row-major. */
  readonly data: Uint8Array
}

export interface OnnxNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** A whole number, whole numbers, text, or `{ float }`. */
export type Attribute = number | readonly number[] | string | { readonly float: number }

export interface OnnxValue {
  readonly name: string
  readonly type: ElementType
  /** Without the batch. */
  readonly shape: readonly number[]
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[]
  readonly tensors: readonly OnnxTensor[]
  readonly input: OnnxValue
  readonly outputs: readonly OnnxValue[]
  readonly metadata: Readonly<Record<string, string>>
}

/** The bytes of an .onnx file. */
export function encodeOnnx({ nodes, tensors, input, outputs, metadata }: OnnxModel): Uint8Array {
  return model
    .encode({
      irVersion: IR_VERSION,
      producerName: 'Anneal',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name: 'anneal',
        node: nodes.map(nodeMessage),
        initializer: tensors.map(({ name, type, dims, data }) => ({
          name,
          dataType: elementTypes[type],
          dims: [...dims],
          rawData: data,
        })),
        input: [valueMessage(input)],
        output: outputs.map(valueMessage),
      },
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    })
    .finish()
}

function nodeMessage({ operator, inputs, output, attributes }: OnnxNode) {
  return {
    opType: operator,
    name: `${output}/node`,
    input: [...inputs],
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attributeMessage(value) })),
  }
}

/** With its AttributeProto.AttributeType. */
function attributeMessage(value: Attribute) {
  if (typeof value === 'number') return { i: value, type: 2 }
  if (typeof value === 'string') return { s: new TextEncoder().encode(value), type: 3 }
  if ('float' in value) return { f: value.float, type: 1 }
  return { ints: [...value], type: 7 }
}

const valueMessage = ({ name, type, shape }: OnnxValue) => ({
  name,
  type: {
    tensorType: {
      elemType: elementTypes[type],
      shape: { dim: [{ dimParam: 'N' }, ...shape.map((size) => ({ dimValue: size }))] },
    },
  },
})
