import { stateOf } from '../../../../shared/random.ts'
import { maskAttrs, normalsAttrs } from '../../fusedAttrs.ts'
import { chunkPurpose, noiseChunk } from '../../noise.ts'
import type { DrawKey } from '../../recording.ts'
import type { SimdBackend } from '../backend.ts'
import { register, sizeOf } from '../register.ts'

/** Random masks and normals, number for number those of engine/noise.ts. */
export function registerNoise(): void {
  register('AnnealDropoutMask', (backend, _, attrs) => {
    const { shape, seed, purpose, step, rate } = maskAttrs.parse(attrs)
    const border = Math.min(2 ** 32 - 1, Math.ceil(rate * 2 ** 32))
    return filled(backend, shape, [seed, purpose, step], 'dropoutMask', [border, 1 / (1 - rate)])
  })
  register('AnnealNormals', (backend, _, attrs) => {
    const { shape, seed, purpose, step, mean, deviation } = normalsAttrs.parse(attrs)
    return filled(backend, shape, [seed, purpose, step], 'normals', [mean, deviation])
  })
}

function filled(
  backend: SimdBackend,
  shape: number[],
  [seed, purpose, step]: readonly [number, string, number],
  kernel: string,
  numbers: readonly number[],
) {
  const out = backend.make(shape)
  const size = sizeOf(shape)
  const chunks = Math.ceil(size / noiseChunk)
  const states = backend.heap.allocate(chunks * 16)
  backend.draw(states, { seed, step }, (key) => statesOf(key, purpose, chunks))
  const parameters = [backend.address(out), states, size, noiseChunk, ...numbers]
  backend.pool.dispatch(kernel, parameters, chunks, 1, noiseChunk * 4 + 16)
  backend.heap.free(states)
  return out
}

/** Four words for each chunk. */
function statesOf({ seed, step }: DrawKey, purpose: string, chunks: number): Int32Array {
  const words = new Int32Array(4 * chunks)
  for (let i = 0; i < chunks; i++) words.set(stateOf(seed, chunkPurpose(purpose, i), step), 4 * i)
  return words
}
