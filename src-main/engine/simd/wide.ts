import { random } from '../../../shared/random.ts'
import * as tf from '../tf.ts'
import { SimdBackend } from './backend.ts'
import { Heap } from './heap.ts'
import { instantiate } from './job.ts'
import type { KernelModule } from './module.ts'
import { Pool } from './pool.ts'

/*
 * The kernels for vectors of eight are as good as V8's joining of operations, which V8 itself calls experimental. So
 * before they are trusted with a run they show, each time, that the joining takes place and that their results are those
 * of the kernels for vectors of four, bit for bit.
 */

/** @returns whether the wide kernels may be taken in place of the others */
export function wideHolds(wide: KernelModule, narrow: KernelModule): boolean {
  return joins(wide) && givesSameBits(wide, narrow)
}

/** Bytes that the trials need, at most. */
const trialMemory = 32 * 2 ** 20
const probeRounds = 2000
const probeTries = 15

/** Joined, the one loop has half the instructions of the other; a processor without vectors of eight takes as long for both. */
function joins({ module }: KernelModule): boolean {
  const heap = new Heap(trialMemory)
  const at = heap.allocate(256)
  heap.floats(at, 64).fill(0.5)
  const [joined, apart] = instantiate(module, heap.memory, ['probeJoined', 'probeApart'])
  const least = (run = joined): number =>
    Math.min(
      ...Array.from({ length: probeTries }, () => {
        const begun = performance.now()
        run?.(probeRounds, at)
        return performance.now() - begun
      }),
    )
  return least(joined) < 0.75 * least(apart)
}

const convolution = (stride: number) => ({ strides: stride, pad: 'same', dataFormat: 'NHWC' })
const image = [3, 9, 10, 16]
const pooling = { filterSize: 2, strides: 2, pad: 'valid' }
const norm = { epsilon: 1e-3, relu: true, hasResidual: true }

const filters = [3, 3, 16, 1]
const cell = { cell: 'lstm', activation: 'tanh', gateActivation: 'sigmoid', sequences: true }

/**
 * Each way in which kernels are written for vectors of eight, on sizes with and without rests. That every single kernel
 * gives the same bits is tested (everyKernel.test.ts); here it is asked whether V8 keeps its word on this processor.
 */
const jobs: readonly (readonly [string, Readonly<Record<string, number[]>>, tf.NamedAttrMap])[] = [
  ['Conv2D', { x: image, filter: [3, 3, 16, 24] }, convolution(1)],
  ['Conv2D', { x: [2, 9, 9, 3], filter: [3, 3, 3, 20] }, convolution(2)],
  [
    'Conv2DBackpropInput',
    { dy: image, filter: [3, 3, 24, 16] },
    { ...convolution(1), inputShape: [3, 9, 10, 24] },
  ],
  [
    'Conv2DBackpropFilter',
    { x: image, dy: [3, 9, 10, 24] },
    { ...convolution(1), filterShape: [3, 3, 16, 24] },
  ],
  [
    'Conv2DBackpropFilter',
    { x: image, dy: [3, 5, 5, 20] },
    { ...convolution(2), filterShape: [3, 3, 16, 20] },
  ],
  ['BatchMatMul', { a: [1, 13, 21], b: [1, 21, 37] }, { transposeA: false, transposeB: false }],
  ['BatchMatMul', { a: [1, 21, 13], b: [1, 21, 37] }, { transposeA: true, transposeB: false }],
  ['DepthwiseConv2dNative', { x: image, filter: filters }, convolution(1)],
  [
    'DepthwiseConv2dNativeBackpropFilter',
    { x: image, dy: image },
    { ...convolution(1), filterShape: filters },
  ],
  ['AnnealGeluGrad', { dy: [21], s: [21] }, {}],
  ['AnnealScan', { z: [7, 3, 52], recurrent: [13, 52] }, cell],
  ['MaxPool', { x: image }, pooling],
  ['MaxPoolGrad', { dy: [3, 4, 5, 16], input: image, output: [3, 4, 5, 16] }, pooling],
  ['Add', { a: [21], b: [21] }, {}],
  ['Relu', { x: [21] }, {}],
  ['AnnealBatchNorm', { x: image, residual: image, gamma: [16], beta: [16] }, norm],
  [
    'AnnealBatchNormGrad',
    { dy: image, x: image, y: image, gamma: [16], beta: [16], mean: [16], inverse: [16] },
    norm,
  ],
  [
    'AnnealBatchNormGrad',
    { dy: image, x: image, y: image, gamma: [16], beta: [16], mean: [16], inverse: [16] },
    { ...norm, hasResidual: false },
  ],
]

function givesSameBits(wide: KernelModule, narrow: KernelModule): boolean {
  const backends = [wide, narrow].map(({ module, build }) => {
    const heap = new Heap(trialMemory)
    return new SimdBackend(heap, new Pool(module, heap, 1), build)
  })
  return jobs.every(([kernel, shapes, attrs]) => {
    const [a = [], b = []] = backends.map((backend) => resultsOf(backend, kernel, shapes, attrs))
    return a.length === b.length && a.every((bytes, i) => bytes.equals(b[i] ?? Buffer.alloc(0)))
  })
}

function resultsOf(
  backend: SimdBackend,
  kernel: string,
  shapes: Readonly<Record<string, number[]>>,
  attrs: tf.NamedAttrMap,
): Buffer[] {
  const rng = random(1, 'wide kernels')
  const inputs: tf.NamedTensorInfoMap = {}
  for (const [name, shape] of Object.entries(shapes)) {
    const tensor = backend.make(shape)
    const size = tf.util.sizeFromShape(shape)
    backend.heap.floats(backend.address(tensor), size).set(Array.from({ length: size }, () => rng.normal()))
    inputs[name] = tensor
  }
  const results = tf.getKernel(kernel, 'simd')?.kernelFunc({ inputs, backend, attrs }) ?? []
  return [results].flat().map(({ dataId, shape }) => {
    const values = backend.heap.floats(
      backend.address({ dataId, shape, dtype: 'float32' }),
      tf.util.sizeFromShape(shape),
    )
    return Buffer.from(values.slice().buffer)
  })
}
