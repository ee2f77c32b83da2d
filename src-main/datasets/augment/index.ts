import { random } from '../../../shared/random.ts'
import type { Augmentation } from '../../../shared/run/spec.ts'
import { type Brightness, brighten } from './brighten.ts'
import { between, drawCutout, drawErasing, erase, type Rectangle } from './erase.ts'
import { turn } from './turn.ts'

export type { Rectangle } from './erase.ts'

/**
 * What happens to a painted image [h, w, c] that begins at `at`, in place.
 * @param covered where the image's own pixels lie, and not the padding of a crop
 */
type Change = (out: Float32Array, at: number, covered: Rectangle) => void

/**
 * Brightness, rotation, cutout and random erasing, in this order, after crop and mirror. Each draws from a generator of its
 * own, keyed by (seed, 'augment-' + its name, step), for each image in turn: one switched on moves no draw of another.
 * @returns the change of one step's images; undefined where none of the four is on
 */
export function changesOf(
  { brightness, rotation, cutout, erasing }: Partial<Augmentation>,
  shape: readonly number[],
  pixels: Omit<Brightness, 'factor'>,
): ((step: number, seed: number) => Change) | undefined {
  const makers: ((step: number, seed: number) => Change)[] = []
  if (brightness !== undefined) {
    makers.push((step, seed) => {
      const rng = random(seed, 'augment-brightness', step)
      return (out, at, covered) => {
        const factor = between(rng, brightness.low, brightness.high)
        brighten(out, at, shape, covered, { ...pixels, factor })
      }
    })
  }
  if (rotation !== undefined) {
    const source = new Float32Array(shape.reduce((product, side) => product * side, 1))
    makers.push((step, seed) => {
      const rng = random(seed, 'augment-rotation', step)
      return (out, at) => {
        source.set(out.subarray(at, at + source.length))
        turn(source, out, at, shape, between(rng, -rotation, rotation))
      }
    })
  }
  if (cutout !== undefined) {
    makers.push((step, seed) => {
      const rng = random(seed, 'augment-cutout', step)
      return (out, at) => erase(out, at, shape, drawCutout(rng, shape, cutout))
    })
  }
  if (erasing !== undefined) {
    makers.push((step, seed) => {
      const rng = random(seed, 'augment-erasing', step)
      return (out, at) => {
        const rectangle = drawErasing(rng, shape, erasing)
        if (rectangle !== undefined) erase(out, at, shape, rectangle)
      }
    })
  }
  if (makers.length === 0) return undefined
  return (step, seed) => {
    const changes = makers.map((make) => make(step, seed))
    return (out, at, covered) => {
      for (const change of changes) change(out, at, covered)
    }
  }
}
