import { z } from 'zod'
import * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { chunkNumbers, type Inputs, input, isFloat, register, sizeOf } from '../register.ts'

const axes = z.union([z.number(), z.array(z.number())]).nullish()
const attributes = z.object({
  axis: axes,
  /** What tfjs calls the axes of Max. */
  reductionIndices: axes,
  keepDims: z.boolean().nullish(),
})

/** Operations over axes; those that are no neighbours are brought together first. */
export function registerReductions(): void {
  for (const name of ['Sum', 'Mean']) {
    register(name, (backend, inputs, attrs) => {
      const { axis, keepDims } = attributes.parse(attrs)
      return overFloats(backend, inputs, axis, keepDims, (x, shape, sides) =>
        sum(backend, x, shape, sides, name === 'Mean' ? 1 / sides.middle : 1),
      )
    })
  }
  for (const [name, kernel] of Object.entries(extremes)) {
    register(name, (backend, inputs, attrs) => {
      const { axis, reductionIndices, keepDims } = attributes.parse(attrs)
      return overFloats(backend, inputs, axis ?? reductionIndices, keepDims, (x, shape, sides) =>
        extreme(backend, kernel, x, shape, sides),
      )
    })
  }
  // Of 0 and 1 the greatest is whether any holds, the least whether all do; see assembly/truth.ts.
  for (const [name, kernel] of Object.entries({ Any: 'greatest', All: 'least' })) {
    register(name, (backend, inputs, attrs) => {
      const { axis, keepDims } = attributes.parse(attrs)
      const truths = input(inputs, 'x')
      if (truths.dtype !== 'bool') return undefined
      return over(backend, truths, axis, keepDims, (x, shape, sides) =>
        extreme(backend, kernel, x, shape, sides, 'bool'),
      )
    })
  }
  for (const [name, sign] of [
    ['ArgMax', 1],
    ['ArgMin', -1],
  ] as const) {
    register(name, (backend, inputs, attrs) => {
      const { axis } = attributes.parse(attrs)
      if (typeof axis !== 'number') return undefined
      return overFloats(backend, inputs, axis, false, (x, shape, { outer, middle, inner }) => {
        const out = backend.make(shape, 'int32')
        const places = [backend.address(x), backend.address(out, 'int32')]
        const chunk = Math.ceil(chunkNumbers / 4 / middle)
        backend.pool.dispatch('placeOfGreatest', [...places, middle, inner, sign], outer * inner, chunk)
        return out
      })
    })
  }
  register('AnnealExtremeGrad', extremeGradient)
}

const extremes = { Max: 'greatest', Min: 'least', Prod: 'productOver' } as const

type Axis = number | number[] | null | undefined
type Reduce = (x: tf.TensorInfo, shape: number[], sides: Sides) => tf.TensorInfo

function overFloats(
  backend: SimdBackend,
  inputs: Inputs,
  axis: Axis,
  keepDims: boolean | null | undefined,
  reduce: Reduce,
): tf.TensorInfo | undefined {
  const x = input(inputs, 'x')
  return isFloat(x) ? over(backend, x, axis, keepDims, reduce) : undefined
}

/** @param axis all of them where it is absent */
function over(
  backend: SimdBackend,
  x: tf.TensorInfo,
  axis: Axis,
  keepDims: boolean | null | undefined,
  reduce: Reduce,
): tf.TensorInfo | undefined {
  if (sizeOf(x.shape) === 0) return undefined
  const axes = tf.util.parseAxisParam(axis ?? x.shape.map((_, i) => i), x.shape).sort((a, b) => a - b)
  if (axes.length === 0) return undefined
  const kept = x.shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]))
  if (areNeighbours(axes)) return reduce(x, kept, sidesOf(x.shape, axes))
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i))
  const turned = transposed(backend, x, [...others, ...axes])
  const last = axes.map((_, i) => others.length + i)
  const out = reduce(turned, kept, sidesOf(turned.shape, last))
  backend.disposeData(turned.dataId)
  return out
}

const areNeighbours = (axes: readonly number[]): boolean =>
  axes.every((value, i) => value === (axes[0] ?? 0) + i)

function sidesOf(shape: readonly number[], axes: readonly number[]): Sides {
  const first = axes[0] ?? 0
  return {
    outer: sizeOf(shape.slice(0, first)),
    middle: sizeOf(shape.slice(first, first + axes.length)),
    inner: sizeOf(shape.slice(first + axes.length)),
  }
}

function transposed(backend: SimdBackend, x: tf.TensorInfo, perm: number[]): tf.TensorInfo {
  const kernel = tf.getKernel('Transpose', 'simd')
  const [turned] = [kernel.kernelFunc({ inputs: { x }, backend, attrs: { perm } })].flat()
  if (turned === undefined) throw new Error('a transposition gave no tensor')
  return turned
}

function extreme(
  backend: SimdBackend,
  kernel: string,
  x: tf.TensorInfo,
  shape: number[],
  { outer, middle, inner }: Sides,
  kind: 'float32' | 'bool' = 'float32',
): tf.TensorInfo {
  const out = backend.make(shape, kind)
  const chunk = Math.ceil(chunkNumbers / (middle * inner))
  const places = [x, out].map((each) => backend.address(each, kind))
  backend.pool.dispatch(kernel, [...places, middle, inner], outer, chunk)
  return out
}

const axesAttrs = z.object({ axes: z.array(z.number()) })

/** dy where x is its extreme y over neighbouring axes. */
function extremeGradient(
  backend: SimdBackend,
  inputs: Inputs,
  attrs: tf.NamedAttrMap,
): tf.TensorInfo | undefined {
  const { axes } = axesAttrs.parse(attrs)
  const [dy, x, y] = [input(inputs, 'dy'), input(inputs, 'x'), input(inputs, 'y')]
  const { outer, middle, inner } = sidesOf(x.shape, axes)
  const dx = backend.make(x.shape)
  const tensors = [dy, x, y, dx].map((each) => backend.address(each))
  const chunk = Math.ceil(chunkNumbers / (middle * inner))
  backend.pool.dispatch('extremeGradient', [...tensors, middle, inner], outer, chunk)
  return dx
}

interface Sides {
  readonly outer: number
  readonly middle: number
  readonly inner: number
}

function sum(
  backend: SimdBackend,
  x: tf.TensorInfo,
  shape: number[],
  { outer, middle, inner }: Sides,
  scale: number,
): tf.TensorInfo {
  const out = backend.make(shape)
  const [from, to] = [backend.address(x), backend.address(out)]
  const group = Math.ceil(chunkNumbers / inner)
  if (outer > 1 || middle <= group) {
    const chunk = Math.ceil(chunkNumbers / (middle * inner))
    backend.pool.dispatch('sumMiddle', [from, to, middle, inner, scale], outer, chunk)
    return out
  }
  const parts = Math.ceil(middle / group)
  const partial = backend.heap.allocate(parts * inner * 4)
  backend.pool.dispatch('sumGroups', [from, partial, middle, group, inner], parts, 1)
  backend.pool.dispatch('sumMiddle', [partial, to, parts, inner, scale], 1, 1)
  backend.heap.free(partial)
  return out
}
