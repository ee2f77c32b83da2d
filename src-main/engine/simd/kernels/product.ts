import { z } from 'zod'
import type * as tf from '../../tf.ts'
import type { SimdBackend } from '../backend.ts'
import { input, isFloat, register } from '../register.ts'
import { isLong, multiplyLong } from './longProduct.ts'
import { isManySmall, matrixPlaces, multiplyMany, outerShape } from './manyProducts.ts'
import { applyInPlace, canFollow } from './unary.ts'

/** What the kernels do to a tile before they store it. */
export const tileMode = { bias: 2, relu: 4 } as const
/** Tiles of six rows in a block, and columns in a panel, as the kernels have them. */
const blockRows = 16 * 6
/** What the kernels keep of a tile beside it. */
export const tileBytes = 512
/** @returns columns of a panel */
export const panelColumns = ({ wide }: SimdBackend): number => (wide ? 16 : 8)
/** Panels of a right side that are worth packing where the left side is transposed: rows far apart leave the first cache. */
const fewestPanels = 4
/** Multiplications and additions that are worth a chunk of their own. */
const chunkWork = 1_000_000

const attributes = z.object({ transposeA: z.boolean(), transposeB: z.boolean() })
const fusedAttributes = attributes.extend({
  activation: z.string().nullish(),
  leakyreluAlpha: z.number().nullish(),
})

export function registerProducts(): void {
  register('BatchMatMul', (backend, inputs, attrs) => {
    const [a, b] = [input(inputs, 'a'), input(inputs, 'b')]
    const { transposeA, transposeB } = attributes.parse(attrs)
    return product(backend, { a, b, transposeA, transposeB, bias: undefined, relu: false })
  })
  register('_FusedMatMul', (backend, inputs, attrs) => {
    const [a, b] = [input(inputs, 'a'), input(inputs, 'b')]
    const given = fusedAttributes.parse(attrs)
    const { transposeA, transposeB, leakyreluAlpha } = given
    const { bias, preluActivationWeights } = inputs
    const activation = given.activation ?? 'linear'
    if (!canFollow(activation, preluActivationWeights !== undefined)) return undefined
    const relu = activation === 'relu'
    const out = product(backend, { a, b, transposeA, transposeB, bias, relu })
    if (out !== undefined && !relu) applyInPlace(backend, out, activation, leakyreluAlpha ?? undefined)
    return out
  })
}

interface Product {
  readonly a: tf.TensorInfo
  readonly b: tf.TensorInfo
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly bias: tf.TensorInfo | undefined
  readonly relu: boolean
}

function product(backend: SimdBackend, given: Product): tf.TensorInfo | undefined {
  const { a, b, transposeA, transposeB, bias, relu } = given
  const [aRows, aColumns] = matrixSize(a)
  const [bRows, bColumns] = matrixSize(b)
  const [rows, depth] = transposeA ? [aColumns, aRows] : [aRows, aColumns]
  const columns = transposeB ? bRows : bColumns
  if (!isFloat(a, b) || rows * depth * columns === 0) return undefined
  const plainBias =
    bias === undefined || (isFloat(bias) && bias.shape.at(-1) === columns && bias.shape.length === 1)
  // Bias and ReLU are done by the kernel of rows only.
  if (!plainBias || (transposeA && (bias !== undefined || relu))) return undefined
  const outer = outerShape(a, b)
  const out = backend.make([...outer, rows, columns])
  const places = matrixPlaces(outer, a, b)
  const sizes = { rows, depth, columns }
  if (bias === undefined && !relu && isManySmall(places.length, sizes)) {
    multiplyMany(backend, given, out, places, sizes, { bytes: tileBytes, columns: panelColumns(backend) })
    return out
  }
  const panelWidth = panelColumns(backend)
  const panels = Math.ceil(columns / panelWidth)
  const packedBytes = panels * panelWidth * depth * 4
  const turned = transposeA && transposeB
  const inPanels = !transposeA || turned || panels >= fewestPanels
  const packed = inPanels ? backend.heap.allocate(packedBytes) : 0
  const turnedA = turned ? backend.heap.allocate(rows * depth * 4) : 0
  const mode = (bias === undefined ? 0 : tileMode.bias) | (relu ? tileMode.relu : 0)
  for (const [i, place] of places.entries()) {
    const from = backend.address(a) + place.a
    const right = backend.address(b) + place.b
    const to = backend.address(out) + i * rows * columns * 4
    if (transposeA && !turned && isLong({ rows: depth, aColumns: rows, bColumns: columns })) {
      multiplyLong(backend, from, right, to, { rows: depth, aColumns: rows, bColumns: columns })
      continue
    }
    if (transposeA && !turned) {
      const chunk = Math.ceil(chunkWork / (6 * depth * columns))
      if (inPanels) packMatrix(backend, right, packed, depth, columns, [columns * 4, 4])
      const panelRow = panelWidth * 4
      const steps = inPanels ? [panelRow, panelRow * depth] : [columns * 4, panelRow]
      backend.pool.dispatch(
        'multiplyTransposed',
        [from, inPanels ? packed : right, to, depth, rows, columns, ...steps],
        Math.ceil(rows / 6),
        chunk,
        tileBytes,
      )
      continue
    }
    if (turned) turn(backend, from, turnedA, depth, rows)
    packMatrix(backend, right, packed, depth, columns, transposeB ? [4, depth * 4] : [columns * 4, 4])
    const rest = [rows, depth, columns, bias === undefined ? 0 : backend.address(bias), mode]
    const items = Math.ceil(rows / blockRows) * panels
    const chunk = Math.ceil(chunkWork / (Math.min(rows, blockRows) * depth * panelWidth))
    backend.pool.dispatch(
      'multiply',
      [turned ? turnedA : from, depth * 4, packed, to, ...rest],
      items,
      chunk,
      tileBytes,
    )
  }
  if (packed !== 0) backend.heap.free(packed)
  if (turnedA !== 0) backend.heap.free(turnedA)
  return out
}

/** [depth, rows] to [rows, depth]. */
function turn(backend: SimdBackend, from: number, to: number, depth: number, rows: number): void {
  const walk = [1, rows, depth, 0, 0, 4, rows * 4, 0, 0, depth * 4, 4]
  backend.pool.dispatch('copyRows', [from, to, ...walk], rows, Math.ceil(16_384 / depth))
}

/** Packs a matrix [depth, columns] whose rows and columns lie so many bytes apart. */
export function packMatrix(
  backend: SimdBackend,
  from: number,
  to: number,
  depth: number,
  columns: number,
  [rowStep, columnStep]: readonly [number, number],
): void {
  const panels = Math.ceil(columns / panelColumns(backend))
  const parameters = [from, to, 1, 0, 1, 0, depth, rowStep, columns, columnStep]
  backend.pool.dispatch('packPanels', parameters, panels, Math.ceil(4096 / depth))
}

function matrixSize({ shape }: tf.TensorInfo): [number, number] {
  const [rows = 1, columns = 1] = shape.slice(-2)
  return [rows, columns]
}
