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
export const dropoutMask = (shape: number[], key: fused.NoiseKey, rate: number): tf.Tensor =>
  fused.dropoutMask(shape, key, rate) ?? tf.tensor(drawMask(shape, key, rate), shape)

/** Normal numbers of that mean and standard deviation. */
export const normals = (shape: number[], key: fused.NoiseKey, mean: number, deviation: number): tf.Tensor =>
  fused.normals(shape, key, mean, deviation) ?? tf.tensor(drawNormals(shape, key, mean, deviation), shape)

/** The numbers of `dropoutMask`. */
export function drawMask(shape: readonly number[], key: fused.NoiseKey, rate: number) {
  const kept = 1 / (1 - rate)
  return drawn(shape, key, ({ next }) => (next() < rate ? 0 : kept))
}

/** The numbers of `normals`. */
export const drawNormals = (shape: readonly number[], key: fused.NoiseKey, mean: number, deviation: number) =>
  drawn(shape, key, ({ normal }) => mean + deviation * normal())

function drawn(
  shape: readonly number[],
  { seed, purpose, step }: fused.NoiseKey,
  draw: (from: ReturnType<typeof random>) => number,
): Float32Array<ArrayBuffer> {
  const values = new Float32Array(tf.util.sizeFromShape([...shape]))
  for (let from = 0; from < values.length; from += noiseChunk) {
    const generator = random(seed, chunkPurpose(purpose, from / noiseChunk), step)
    const end = Math.min(values.length, from + noiseChunk)
    for (let i = from; i < end; i++) values[i] = draw(generator)
  }
  return values
}
