import '@tensorflow/tfjs-backend-cpu'
import '@tensorflow/tfjs-backend-wasm'
import * as tf from '../tf.ts'
import { registerTrainingKernels } from './register.ts'

/**
 * Starts tfjs's wasm backend with our kernels and makes it the current one.
 * @returns whether it runs with SIMD · @throws Error when WebAssembly or the module cannot be had
 */
export async function loadWasm(): Promise<{ simd: boolean }> {
  const restore = keepErrorListeners()
  try {
    registerTrainingKernels()
    if (!(await tf.setBackend('wasm'))) throw new Error('tfjs could not start its WebAssembly module')
    await tf.ready()
  } finally {
    restore()
  }
  return { simd: (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) === true }
}

/**
 * Emscripten's start-up code makes every uncaught error a crash inside its own handler: the process's own shall decide.
 * @returns takes off what was added since
 */
function keepErrorListeners(): () => void {
  const thrown = process.listeners('uncaughtException')
  const rejected = process.listeners('unhandledRejection')
  return () => {
    for (const added of process.listeners('uncaughtException')) {
      if (!thrown.includes(added)) process.off('uncaughtException', added)
    }
    for (const added of process.listeners('unhandledRejection')) {
      if (!rejected.includes(added)) process.off('unhandledRejection', added)
    }
  }
}
