import { z } from 'zod'
import * as tf from '../tf.ts'

/* TensorFlow's own operations, as the package's backend runs them, and how a kernel of the package is replaced. */

interface Attribute {
  readonly name: string
  readonly type: unknown
  readonly value: unknown
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const typeCode = z.number()

/** What we need of the package's class NodeJSKernelBackend. */
const operations = z.looseObject({
  executeSingleOutput:
    z.custom<(name: string, attributes: readonly Attribute[], inputs: readonly tf.TensorInfo[]) => tf.Tensor>(
      isFunction,
    ),
  binding: z.looseObject({
    TF_ATTR_INT: typeCode,
    TF_ATTR_STRING: typeCode,
    TF_ATTR_BOOL: typeCode,
    TF_ATTR_TYPE: typeCode,
    TF_FLOAT: typeCode,
  }),
})

/** Whether the backend runs TensorFlow's operations by their names. */
export const runsOperations = (backend: unknown): boolean => operations.safeParse(backend).success

type Value = string | boolean | number | readonly number[]

/** Runs an operation on numbers of float32; `attributes` are its own, besides its type T. */
export function execute(
  name: string,
  attributes: Readonly<Record<string, Value>>,
  inputs: readonly tf.TensorInfo[],
): tf.Tensor {
  const backend: unknown = tf.backend()
  const { binding } = operations.parse(backend)
  const type = (value: Value): number => {
    if (typeof value === 'string') return binding.TF_ATTR_STRING
    return typeof value === 'boolean' ? binding.TF_ATTR_BOOL : binding.TF_ATTR_INT
  }
  const given = Object.entries(attributes).map(([key, value]) => ({ name: key, type: type(value), value }))
  const ofFloats = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }
  // A method of a class: it needs its backend.
  const { executeSingleOutput } = operations.parse(backend)
  return executeSingleOutput.call(backend, name, [ofFloats, ...given], inputs)
}

type Stock = (attrs?: tf.NamedAttrMap, inputs?: tf.NamedTensorInfoMap) => tf.TensorInfo | tf.TensorInfo[]

/** Replaces a kernel of the package. @param run its last argument is the package's own kernel */
export function replace(
  name: string,
  run: (
    inputs: tf.NamedTensorInfoMap,
    attrs: tf.NamedAttrMap,
    stock: Stock,
  ) => tf.TensorInfo | tf.TensorInfo[],
): void {
  const stock: tf.KernelConfig | undefined = tf.getKernel(name, 'tensorflow')
  if (stock === undefined) throw new Error(`the package has no kernel ${name} to replace`)
  tf.unregisterKernel(name, 'tensorflow')
  tf.registerKernel({
    ...stock,
    kernelFunc: ({ inputs, attrs = {}, backend }) =>
      run(inputs, attrs, (otherAttrs = attrs, otherInputs = inputs) =>
        stock.kernelFunc({ inputs: otherInputs, attrs: otherAttrs, backend }),
      ),
  })
}

/** @throws Error when the kernel was not given it */
export function input(inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo {
  const info = inputs[name]
  if (info === undefined || info === null) throw new Error(`a kernel was given no ${name}`)
  return info
}
