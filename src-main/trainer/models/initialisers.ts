import { z } from 'zod'
import { random } from '../../../shared/random.ts'
import * as tf from '../../engine/tf.ts'

const config = z.object({ gain: z.number().nullish(), seed: z.int().nullish() })

/**
 * Orthogonal rows or columns, whichever are fewer (Saxe et al. 2014), times `gain`. In place of tfjs's initialiser of this
 * name, which calls operations that tfjs's bundle for Node does not have.
 */
class Orthogonal extends tf.serialization.Serializable {
  static className = 'Orthogonal'
  readonly gain: number
  readonly seed: number

  constructor(given: unknown) {
    super()
    const { gain, seed } = config.parse(given ?? {})
    this.gain = gain ?? 1
    this.seed = seed ?? 1
  }

  apply(shape: number[]): tf.Tensor {
    const columns = shape.at(-1) ?? 1
    const rows = tf.util.sizeFromShape(shape) / columns
    const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)]
    const vectors = orthonormal(long, short, this.seed)
    const values = new Float32Array(rows * columns)
    for (const [s, vector] of vectors.entries()) {
      for (const [l, value] of vector.entries()) {
        values[rows < columns ? s * columns + l : l * columns + s] = value * this.gain
      }
    }
    return tf.tensor(values, shape)
  }

  getConfig(): tf.serialization.ConfigDict {
    return { gain: this.gain, seed: this.seed }
  }
}

/**
 * `count` random unit vectors of `length` numbers, each at right angles to all before it: Gram and Schmidt's way, taken
 * twice, which holds the angles to float64's precision (Giraud et al. 2005).
 */
function orthonormal(length: number, count: number, seed: number): Float64Array[] {
  const rng = random(seed, 'orthogonal')
  const vectors: Float64Array[] = []
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => rng.normal())
    for (const before of [...vectors, ...vectors]) {
      const along = dot(vector, before)
      for (let j = 0; j < length; j++) vector[j] = (vector[j] ?? 0) - along * (before[j] ?? 0)
    }
    const norm = Math.sqrt(dot(vector, vector))
    vectors.push(vector.map((value) => value / norm))
  }
  return vectors
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

/**
 * Zeros, and ones for the second of the four parts of an LSTM's bias, that of the forget gate (Jozefowicz et al. 2015). What
 * tfjs has for it leaves tensors behind.
 */
class UnitForgetBias extends tf.serialization.Serializable {
  static className = 'UnitForgetBias'

  apply([size = 0]: number[]): tf.Tensor {
    return tf.tensor1d(
      Float32Array.from({ length: size }, (_, i) => (Math.floor((4 * i) / size) === 1 ? 1 : 0)),
    )
  }

  getConfig(): tf.serialization.ConfigDict {
    return {}
  }
}

/** From here on tfjs builds layers with the initialisers above. */
export function registerInitialisers(): void {
  tf.serialization.registerClass(Orthogonal)
  tf.serialization.registerClass(UnitForgetBias)
}
