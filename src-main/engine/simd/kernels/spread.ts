import { z } from 'zod'
import { chunkNumbers, input, isFloat, register, sizeOf } from '../register.ts'
import { broadcast } from '../strides.ts'

const attributes = z.object({ shape: z.array(z.int()) })

/** x, whose axes have one number or as many as `shape`, repeated along those with one: to a tensor of `shape`. */
export function registerSpread(): void {
  for (const name of ['AnnealSpread', 'BroadcastTo']) {
    register(name, (backend, inputs, attrs) => {
      const [x, { shape }] = [input(inputs, 'x'), attributes.parse(attrs)]
      if (!isFloat(x) || sizeOf(shape) === 0 || x.shape.length > shape.length) return undefined
      const plan = broadcast(x.shape, shape)
      if (plan === undefined || sizeOf(plan.shape) !== sizeOf(shape)) return undefined
      const out = backend.make(shape)
      const { rows, count, a, b } = plan
      const [d0, d1, d2] = rows
      const walks = [...a.rows, 4 * a.step, ...b.rows, 4 * b.step]
      backend.pool.dispatch(
        'copyRows',
        [backend.address(x), backend.address(out), d1, d2, count, ...walks],
        d0 * d1 * d2,
        Math.ceil(chunkNumbers / count),
      )
      return out
    })
  }
}
