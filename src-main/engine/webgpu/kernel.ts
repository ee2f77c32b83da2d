import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import * as tf from '../tf.ts'
import { RecordingBackend } from './backend.ts'

/*
 * WGSL kernels that write several tensors, or into one that is there. tfjs's programs have one result; of the shader that
 * it makes for pixels, though, it leaves all bindings but the first to the program, and those are declared here anew.
 */

export type Inputs = Readonly<Record<string, tf.TensorInfo>>

export interface Kernel {
  /** Stands for the code and the types of its buffers in the cache of compiled kernels. */
  readonly name: string
  /** Threads of a workgroup. */
  readonly threads: number
  readonly groups: readonly [number, number, number]
  readonly reads: Inputs
  readonly writes: Inputs
  /** Type of the numbers in the buffers named, where it is not f32. */
  readonly types?: Readonly<Record<string, string>>
  /** What the code finds under `settings`. */
  readonly ints?: Readonly<Record<string, number>>
  readonly floats?: Readonly<Record<string, number>>
  /** Of an optimizer's kernel: `floats` by its attributes, in any step. */
  readonly floatsOf?: (attributes: tf.NamedAttrMap) => Readonly<Record<string, number>>
  readonly code: string
}

export function runKernel(backend: WebGPUBackend, kernel: Kernel): void {
  const { name, threads, groups, code, types = {}, ints = {}, floats = {}, floatsOf } = kernel
  const buffers = [
    ...Object.entries(kernel.writes).map(([buffer, info]) => ({ buffer, info, access: 'read_write' })),
    ...Object.entries(kernel.reads).map(([buffer, info]) => ({ buffer, info, access: 'read' })),
  ]
  const [first, ...others] = buffers.map(({ info }) => flat(info))
  if (first === undefined) throw new Error(`the kernel ${name} has no buffers`)
  const declared = buffers.map(
    ({ buffer, access }, i) =>
      `@group(0) @binding(${i}) var<storage, ${access}> ${buffer} : array<${types[buffer] ?? 'f32'}>;`,
  )
  const settings = [
    ...Object.keys(ints).map((key) => `${key} : i32,`),
    ...Object.keys(floats).map((key) => `${key} : f32,`),
  ]
  const numbers = floatsOf && {
    // Behind the strides, one number, and the whole numbers.
    at: 4 + 4 * Object.keys(ints).length,
    of: floatsOf,
  }
  const run = () =>
    backend.runWebGPUProgram(
      {
        // FROM_PIXELS
        pixelsOpType: 0,
        variableNames: [],
        outputShape: first.shape,
        workgroupSize: [threads, 1, 1],
        // An axis under y: then main() is given no index and finds its own.
        dispatchLayout: { x: [0], y: [0] },
        dispatch: [...groups],
        shaderKey: `anneal${name}`,
        getUserCode: () => `
        ${declared.join('\n')}
        struct Settings { strides : i32, ${settings.join(' ')} };
        @group(0) @binding(${buffers.length}) var<uniform> settings : Settings;
        ${code}
      `,
      },
      others,
      'float32',
      [
        ...Object.values(ints).map((value) => ({ type: 'int32', data: [value] })),
        ...Object.values(floats).map((value) => ({ type: 'float32', data: [value] })),
      ],
      first,
    )
  if (backend instanceof RecordingBackend) backend.runWithNumbers(numbers, run)
  else run()
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** The same numbers in a row: tfjs's code for other ranks would not compile beside ours. */
const flat = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({
  dataId,
  dtype,
  shape: [sizeOf(shape)],
})

/** Workgroups, in rows that a GPU takes; `indexed` counts their threads. */
export function groupsFor(items: number, threads: number): [number, number, number] {
  const groups = Math.ceil(items / threads)
  const rows = Math.ceil(groups / mostGroups)
  return [Math.ceil(groups / rows), rows, 1]
}

const mostGroups = 65_535

/** WGSL: the thread's number among all, for kernels run with `groupsFor`. */
export const threadNumber = (threads: number): string => `
  fn threadNumber() -> i32 {
    return i32((workgroupId.y * numWorkgroups.x + workgroupId.x) * ${threads}u + localIndex);
  }
`

/**
 * Registers a kernel of ours, in place of tfjs's if that has one.
 * @param run gives undefined for the cases it leaves to the kernel it replaces
 */
export function register(
  name: string,
  run: (
    backend: WebGPUBackend,
    inputs: Inputs,
    attrs: tf.NamedAttrMap,
  ) => tf.TensorInfo | tf.TensorInfo[] | undefined,
): void {
  const stock = tf.getKernelsForBackend('webgpu').find((config) => config.kernelName === name)
  if (stock !== undefined) tf.unregisterKernel(name, 'webgpu')
  tf.registerKernel({
    ...stock,
    kernelName: name,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs = {}, backend }) => {
      if (!(backend instanceof WebGPUBackend)) throw new Error(`the kernel ${name} runs on WebGPU only`)
      const output = run(backend, present(inputs), attrs)
      if (output !== undefined) return output
      if (stock === undefined) throw new Error(`the webgpu backend has no kernel ${name} for these tensors`)
      return stock.kernelFunc({ inputs, attrs, backend })
    },
  })
}

function present(inputs: tf.NamedTensorInfoMap): Inputs {
  const found: Record<string, tf.TensorInfo> = {}
  for (const [key, info] of Object.entries(inputs)) if (info !== undefined && info !== null) found[key] = info
  return found
}

/** @throws Error when the kernel was not given it */
export function input(inputs: Inputs, name: string): tf.TensorInfo {
  const info = inputs[name]
  if (info === undefined) throw new Error(`a kernel was given no ${name}`)
  return info
}

/** A new tensor without numbers yet. */
export const make = (backend: WebGPUBackend, shape: readonly number[]): tf.TensorInfo =>
  backend.makeTensorInfo([...shape], 'float32')
