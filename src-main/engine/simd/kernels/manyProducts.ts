import * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { sizeOf } from '../register.ts'
import { type Product, panelColumns, tileBytes } from './product.ts'

/* Products of many matrices, as attention has them, in one job; one side may have fewer than the other. */

interface Sizes {
  readonly rows: number
  readonly depth: number
  readonly columns: number
}

/** Bytes from the start of each side to the matrices of one product. */
export interface Place {
  readonly a: number
  readonly b: number
}

/** Multiplications and additions that are worth a chunk of their own. */
const chunkWork = 500_000
/** Numbers of a right side that stay in the second cache. */
const smallSide = 2 ** 16
/** Rows summed without a stop lose few digits up to here. */
const smallDepth = 1024

/** The axes before the last two, broadcast against each other. @throws Error when they do not fit */
export function outerShape(a: tf.TensorInfo, b: tf.TensorInfo): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
}

export function matrixPlaces(outer: readonly number[], a: tf.TensorInfo, b: tf.TensorInfo): Place[] {
  const [toA, toB] = [walk(outer, a.shape), walk(outer, b.shape)]
  return Array.from({ length: sizeOf(outer) }, (_, index) => ({ a: toA(index), b: toB(index) }))
}

/** @returns bytes to the matrix that stands for the index-th of the broadcast shape */
function walk(outer: readonly number[], shape: readonly number[]): (index: number) => number {
  const matrix = sizeOf(shape.slice(-2)) * 4
  const own = shape.slice(0, -2)
  if (sizeOf(own) === sizeOf(outer)) return (index) => index * matrix
  return (index) => {
    let [place, pitch, rest] = [0, matrix, index]
    for (let axis = 1; axis <= outer.length; axis++) {
      const size = outer.at(-axis) ?? 1
      const mine = axis <= own.length ? (own.at(-axis) ?? 1) : 1
      if (mine > 1) place += (rest % size) * pitch
      pitch *= mine
      rest = Math.floor(rest / size)
    }
    return place
  }
}

export const isManySmall = (count: number, { rows, depth, columns }: Sizes): boolean =>
  count > 3 && depth <= smallDepth && depth * (columns + rows) <= smallSide

export function multiplyMany(
  backend: SimdBackend,
  { a, b, transposeA, transposeB }: Product,
  out: tf.TensorInfo,
  places: readonly Place[],
  { rows, depth, columns }: Sizes,
): void {
  const table = backend.heap.allocate(places.length * 8)
  backend.heap.integers(table, places.length * 2).set(places.flatMap((place) => [place.a, place.b]))
  const turned = [transposeA ? 1 : 0, transposeB ? 1 : 0]
  backend.pool.dispatch(
    'multiplyMany',
    [backend.address(a), backend.address(b), table, backend.address(out), rows, depth, columns, ...turned],
    places.length,
    Math.ceil(chunkWork / (rows * depth * columns)),
    tileBytes + (columns + rows + panelColumns(backend)) * depth * 4,
  )
  backend.heap.free(table)
}
