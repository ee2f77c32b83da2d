import { z } from 'zod'
import { groupsFor, input, make, register, runKernel, sizeOf, threadNumber } from './kernel.ts'

const threads = 64
const attributes = z.object({ dtype: z.string() })

/**
 * Whole numbers and truth values as float32. tfjs calls the same buffer float32 and leaves it as it is: a program that takes
 * the tensor at its word is then refused by the device.
 */
export function registerCast(): void {
  register('Cast', (backend, inputs, attrs) => {
    const x = input(inputs, 'x')
    const size = sizeOf(x.shape)
    const isWhole = x.dtype === 'int32' || x.dtype === 'bool'
    if (!isWhole || attributes.parse(attrs).dtype !== 'float32' || size === 0) return undefined
    const result = make(backend, x.shape)
    runKernel(backend, {
      name: 'FloatOfWhole',
      threads,
      groups: groupsFor(size, threads),
      reads: { x },
      writes: { floats: result },
      types: { x: 'i32' },
      ints: { size },
      code,
    })
    return result
  })
}

const code = `
  ${threadNumber(threads)}
  fn main() {
    let place = threadNumber();
    if (place < settings.size) { floats[place] = f32(x[place]); }
  }
`
