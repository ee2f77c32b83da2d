import { z } from 'zod'
import { groupsFor, input, register, runKernel, sizeOf, threadNumber } from './kernel.ts'

const threads = 64
const attributes = z.object({ perm: z.array(z.int()) })

/** Axes of whole numbers and truth values in another order: tfjs's program writes f32 alone, and is refused by the device. */
export function registerTransposition(): void {
  register('Transpose', (backend, inputs, attrs) => {
    const x = input(inputs, 'x')
    if (x.dtype === 'float32') return undefined
    const { perm } = attributes.parse(attrs)
    const shape = perm.map((axis) => x.shape[axis] ?? 1)
    const out = backend.makeTensorInfo(shape, x.dtype)
    const size = sizeOf(shape)
    if (size === 0) return out
    const steps = perm.map((axis) => sizeOf(x.shape.slice(axis + 1)))
    runKernel(backend, {
      name: `Transposition${shape.length}`,
      threads,
      groups: groupsFor(size, threads),
      reads: { x },
      writes: { moved: out },
      types: { x: 'i32', moved: 'i32' },
      ints: Object.fromEntries([
        ['size', size],
        ...shape.map((length, axis) => [`length${axis}`, length] as const),
        ...steps.map((step, axis) => [`step${axis}`, step] as const),
      ]),
      code: code(shape.length),
    })
    return out
  })
}

const code = (rank: number): string => `
  ${threadNumber(threads)}
  fn main() {
    let place = threadNumber();
    if (place >= settings.size) { return; }
    var rest = place;
    var source = 0;
    ${Array.from({ length: rank }, (_, i) => rank - 1 - i)
      .map(
        (axis) => `
    source += (rest % settings.length${axis}) * settings.step${axis};
    rest /= settings.length${axis};`,
      )
      .join('')}
    moved[place] = x[source];
  }
`
