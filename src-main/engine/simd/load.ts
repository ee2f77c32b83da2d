import { availableParallelism } from 'node:os'
import { addDilatedGradients } from '../dilatedGradients.ts'
import * as tf from '../tf.ts'
import { SimdBackend } from './backend.ts'
import { replaceGradients } from './gradients.ts'
import { Heap } from './heap.ts'
import { registerAttention } from './kernels/attention.ts'
import { registerCasts } from './kernels/cast.ts'
import { registerChoices } from './kernels/choice.ts'
import { registerConvolutions } from './kernels/convolution.ts'
import { registerDepthwise } from './kernels/depthwise.ts'
import { registerElementwise } from './kernels/elementwise.ts'
import { registerGather } from './kernels/gather.ts'
import { registerGroupNorm } from './kernels/groupNorm.ts'
import { registerJoins } from './kernels/join.ts'
import { registerMoves } from './kernels/moves.ts'
import { registerNoise } from './kernels/noise.ts'
import { registerNormalisation } from './kernels/normalisation.ts'
import { registerPooling } from './kernels/pooling.ts'
import { registerProducts } from './kernels/product.ts'
import { registerRecurrent } from './kernels/recurrent.ts'
import { registerReductions } from './kernels/reductions.ts'
import { registerResizing } from './kernels/resize.ts'
import { registerSlopes } from './kernels/slopes.ts'
import { registerSoftmax } from './kernels/softmax.ts'
import { registerSpread } from './kernels/spread.ts'
import { registerTraining } from './kernels/training.ts'
import { registerTruth } from './kernels/truth.ts'
import { registerUnary } from './kernels/unary.ts'
import { compileKernels, type KernelBuild, type KernelModule } from './module.ts'
import { Pool } from './pool.ts'
import { registerRecorder } from './record.ts'
import { takeOverCpuKernels } from './register.ts'
import { wideHolds } from './wide.ts'

export interface SimdOptions {
  /** Threads that compute, including the calling thread; as many as the machine has where absent. */
  readonly threads?: number
  /** The most bytes that tensors may take. */
  readonly memory?: number
  /** The most demanding build of the kernels that may be used; where absent, the fastest that works on this processor. */
  readonly build?: KernelBuild
}

let registered = false

/**
 * Starts our CPU backend and makes it tfjs's current one. A backend of ours that runs already is kept if it has the wanted
 * threads and build, and is replaced otherwise.
 * @throws Error where WebAssembly or its SIMD cannot be had
 */
export async function loadSimd(options: SimdOptions = {}): Promise<{ threads: number; build: KernelBuild }> {
  const threads = options.threads ?? availableParallelism()
  await import('@tensorflow/tfjs-backend-cpu')
  registerKernels()
  const { module, build } = bestKernels(options.build)
  const current = tf.findBackend('simd')
  if (current instanceof SimdBackend) {
    const same = options.memory === undefined && current.build === build && current.pool.threads === threads
    if (!same) {
      tf.removeBackend('simd')
      await current.pool.close()
    }
  }
  if (tf.findBackendFactory('simd') === null) {
    const heap = new Heap(options.memory)
    const pool = new Pool(module, heap, threads)
    tf.registerBackend('simd', () => new SimdBackend(heap, pool, build), 4)
  }
  if (!(await tf.setBackend('simd'))) throw new Error('tfjs could not start it')
  return { threads, build }
}

const compiled = new Map<KernelBuild, KernelModule>()

/** The kernels of a build, or of the next less demanding build that works here. Compiled and tried once in a process. @throws Error where WebAssembly has no SIMD */
function bestKernels(build: KernelBuild = 'wide'): KernelModule {
  const before = compiled.get(build)
  if (before !== undefined) return before
  const found = findKernels(build)
  compiled.set(build, found)
  return found
}

function findKernels(build: KernelBuild): KernelModule {
  if (build === 'plain') {
    const plain = compileKernels(build)
    if (plain === undefined) throw new Error('this processor or this Node offers WebAssembly no SIMD')
    return plain
  }
  if (build === 'relaxed') return compileKernels(build) ?? bestKernels('plain')
  const narrow = bestKernels('relaxed')
  try {
    const wide = compileKernels('wide')
    return wide !== undefined && wideHolds(wide, narrow) ? wide : narrow
  } catch {
    // The wide kernels are only faster, not needed: a trial that runs out of memory counts as failed.
    return narrow
  }
}

function registerKernels(): void {
  if (registered) return
  takeOverCpuKernels()
  registerElementwise()
  registerUnary()
  registerSlopes()
  registerReductions()
  registerProducts()
  registerConvolutions()
  registerDepthwise()
  registerPooling()
  registerResizing()
  registerMoves()
  registerJoins()
  registerNormalisation()
  registerCasts()
  registerChoices()
  registerGroupNorm()
  registerNoise()
  registerSoftmax()
  registerSpread()
  registerTraining()
  registerTruth()
  registerRecurrent()
  registerGather()
  registerAttention()
  replaceGradients()
  addDilatedGradients()
  registerRecorder()
  registered = true
}

/** Our backend. @throws Error when tfjs computes with another one now */
export function simdBackend(): SimdBackend {
  const backend = tf.backend()
  if (!(backend instanceof SimdBackend)) throw new Error('the simd backend is not the current one')
  return backend
}
