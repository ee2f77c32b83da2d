import * as tf from '../tf.ts'

export type Inputs = Readonly<Record<string, tf.Tensor>>

/**
 * Registers `run` as the kernel `name` of the wasm backend, in place of the stock one if there is one. `run` is written
 * in ordinary tfjs operations: inside a kernel they are not taped, and what they leave behind is disposed.
 * @param run is handed the stock kernel for the cases it does not want
 */
export function overrideKernel(
  name: string,
  run: (inputs: Inputs, attrs: tf.NamedAttrMap, stock: () => tf.Tensor) => tf.Tensor,
): void {
  const stock = findKernel(name)
  if (stock !== undefined) tf.unregisterKernel(name, 'wasm')
  tf.registerKernel({
    // Keeps the stock kernel's set-up and disposal: it may still be called.
    ...stock,
    kernelName: name,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) =>
      tf.tidy(() =>
        run(asTensors(name, inputs), attrs ?? {}, () => {
          if (stock === undefined) throw new Error(`tfjs has no kernel ${name} for wasm to fall back on`)
          return ownTensor(stock.kernelFunc({ inputs, attrs: attrs ?? {}, backend }))
        }),
      ),
  })
}

/** The registered kernel, or undefined: tfjs's own look-up is typed as if it always found one. */
export function findKernel(name: string, backend = 'wasm'): tf.KernelConfig | undefined {
  return tf.getKernelsForBackend(backend).find((config) => config.kernelName === name)
}

/** A kernel's output as a tensor of the current scope. */
export function ownTensor(output: tf.TensorInfo | tf.TensorInfo[]): tf.Tensor {
  const [info] = Array.isArray(output) ? output : [output]
  if (info === undefined) throw new Error('a kernel gave no output')
  return info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info)
}

function asTensors(name: string, inputs: tf.NamedTensorInfoMap): Inputs {
  const tensors: Record<string, tf.Tensor> = {}
  for (const [key, value] of Object.entries(inputs)) {
    if (value === undefined || value === null) continue
    if (!(value instanceof tf.Tensor)) throw new Error(`kernel ${name} was given no tensor for ${key}`)
    tensors[key] = value
  }
  return tensors
}

/** @throws Error when `inputs` lacks `name` or its rank is not 4 */
export function tensor4d(inputs: Inputs, name: string): tf.Tensor4D {
  const tensor = inputs[name]
  if (tensor === undefined || !isRank4(tensor)) throw new Error(`expected a tensor of rank 4 for ${name}`)
  return tensor
}

function isRank4(tensor: tf.Tensor): tensor is tf.Tensor4D {
  return tensor.rank === 4
}
