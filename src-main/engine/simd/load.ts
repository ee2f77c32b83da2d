import { availableParallelism } from 'node:os'
import * as tf from '../tf.ts'
import { SimdBackend } from './backend.ts'
import { replaceGradients } from './gradients.ts'
import { Heap } from './heap.ts'
import { registerConvolutions } from './kernels/convolution.ts'
import { registerElementwise } from './kernels/elementwise.ts'
import { registerMoves } from './kernels/moves.ts'
import { registerNormalisation } from './kernels/normalisation.ts'
import { registerPooling } from './kernels/pooling.ts'
import { registerProducts } from './kernels/product.ts'
import { registerReductions } from './kernels/reductions.ts'
import { registerTraining } from './kernels/training.ts'
import { loadKernels } from './module.ts'
import { Pool } from './pool.ts'
import { takeOverCpuKernels } from './register.ts'

export interface SimdOptions {
  /** Threads that compute, the calling one among them; as many as the machine has where absent. */
  readonly threads?: number
  /** Bytes of tensors, at most. */
  readonly memory?: number
  readonly relaxed?: 'ifPossible' | 'never'
}

let registered = false

/**
 * Starts our CPU backend, in place of the one that may run already, and makes it the current one.
 * @throws Error where WebAssembly or its SIMD cannot be had
 */
export async function loadSimd(options: SimdOptions = {}): Promise<{ threads: number; relaxed: boolean }> {
  const { module, relaxed } = loadKernels(options.relaxed)
  const threads = options.threads ?? availableParallelism()
  await import('@tensorflow/tfjs-backend-cpu')
  registerKernels()
  const current = tf.findBackend('simd')
  if (current instanceof SimdBackend) {
    const same =
      options.memory === undefined && options.relaxed === undefined && current.pool.threads === threads
    if (!same) {
      tf.removeBackend('simd')
      await current.pool.close()
    }
  }
  if (tf.findBackendFactory('simd') === null) {
    const heap = new Heap(options.memory)
    const pool = new Pool(module, heap, threads)
    tf.registerBackend('simd', () => new SimdBackend(heap, pool), 4)
  }
  if (!(await tf.setBackend('simd'))) throw new Error('tfjs could not start it')
  return { threads, relaxed }
}

function registerKernels(): void {
  if (registered) return
  takeOverCpuKernels()
  registerElementwise()
  registerReductions()
  registerProducts()
  registerConvolutions()
  registerPooling()
  registerMoves()
  registerNormalisation()
  registerTraining()
  replaceGradients()
  registered = true
}

/** The backend that computes now. @throws Error when it is another */
export function simdBackend(): SimdBackend {
  const backend = tf.backend()
  if (!(backend instanceof SimdBackend)) throw new Error('the simd backend is not the current one')
  return backend
}
