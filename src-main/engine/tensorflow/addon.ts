import { createRequire } from 'node:module'
import path from 'node:path'
import { z } from 'zod'
import { addonLayout, tfjsKey } from '../../devices/tensorflow/layout.ts'
import * as tf from '../tf.ts'

/*
 * The addon that was built against the user's own TensorFlow. Its package is asked for its kernels and its backend, and
 * not for its entrance, which would load a second tfjs, its image functions and its search for an addon of its own.
 */

const kernels = z.looseObject({
  NodeJSKernelBackend: z.custom<new (binding: unknown, name: string) => tf.KernelBackend>(
    (value) => typeof value === 'function',
    'must be the class of its backend',
  ),
})

/** @param folder as `devices/tensorflow/build.ts` leaves it · @throws Error of whatever could not be loaded */
export function registerAddon(folder: string): void {
  const { binding, backend, register } = addonLayout(folder)
  const require = createRequire(path.join(folder, 'package.json'))
  Reflect.set(globalThis, Symbol.for(tfjsKey), createRequire(import.meta.url)('@tensorflow/tfjs-core'))
  const addon: unknown = require(binding)
  require(register)
  const { NodeJSKernelBackend } = kernels.parse(require(backend))
  tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(addon, '@tensorflow/tfjs-node-gpu'), 3)
}
