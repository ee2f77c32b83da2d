import { random } from '../../shared/random.ts'
import * as fused from './fused.ts'
import * as tf from './tf.ts'

/*
 * Random tensors of a training step. Each chunk of one has a key of its own, so that a backend's threads can fill them
 * side by side; the first chunk has the tensor's own key.
 */

/** Numbers of a chunk: even, as normals come in pairs. */
export const noiseChunk = 32_768

export const chunkPurpose = (purpose: string, chunk: number): string =>
  chunk === 0 ? purpose : `${purpose}/${chunk}`

/** 0 with probability `rate`, otherwise 1 / (1 - rate). */
export function dropoutMask(shape: number[], key: fused.NoiseKey, rate: number): tf.Tensor {
  const kept = 1 / (1 - rate)
  return fused.dropoutMask(shape, key, rate) ?? composed(shape, key, ({ next }) => (next() < rate ? 0 : kept))
}

/** Normal numbers of that mean and standard deviation. */
export function normals(shape: number[], key: fused.NoiseKey, mean: number, deviation: number): tf.Tensor {
  return (
    fused.normals(shape, key, mean, deviation) ??
    composed(shape, key, ({ normal }) => mean + deviation * normal())
  )
}

function composed(
  shape: number[],
  { seed, purpose, step }: fused.NoiseKey,
  draw: (from: ReturnType<typeof random>) => number,
): tf.Tensor {
  const values = new Float32Array(tf.util.sizeFromShape(shape))
  for (let from = 0; from < values.length; from += noiseChunk) {
    const generator = random(seed, chunkPurpose(purpose, from / noiseChunk), step)
    const end = Math.min(values.length, from + noiseChunk)
    for (let i = from; i < end; i++) values[i] = draw(generator)
  }
  return tf.tensor(values, shape)
}
