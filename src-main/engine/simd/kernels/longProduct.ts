import type { SimdBackend } from '../backend.ts'
import { inParts } from './inParts.ts'

interface Sizes {
  /** Of both sides: what is summed over. */
  readonly rows: number
  readonly aColumns: number
  readonly bColumns: number
}

/** Rows of a part, at least, and numbers of a result of which each part has its own. */
const fewestRows = 256
const mostNumbers = 32_768
const mostParts = 16
/** What the kernel keeps beside a panel of 256 rows of sixteen numbers. */
const scratchBytes = 384 + 256 * 64

/** Whether a product aᵀ · b, the gradient of a layer that steps of a sequence share, is worth taking in parts of its rows. */
export const isLong = ({ rows, aColumns, bColumns }: Sizes): boolean =>
  rows >= 4 * fewestRows && aColumns * bColumns <= mostNumbers

/**
 * aᵀ · b where there are many rows and few columns: sums over parts of the rows, which depend on the shapes alone, are
 * joined in their order. Else each thread would read all of b for every few columns of a.
 */
export function multiplyLong(backend: SimdBackend, a: number, b: number, out: number, sizes: Sizes): void {
  const { rows, aColumns, bColumns } = sizes
  const parts = Math.min(mostParts, 2 ** Math.floor(Math.log2(rows / fewestRows)))
  const size = aColumns * bColumns
  inParts(backend, { parts, size, to: out }, (partial) => {
    const parameters = [a, b, partial, rows, Math.ceil(rows / parts), aColumns, bColumns]
    backend.pool.dispatch('multiplyLong', parameters, parts, 1, scratchBytes)
  })
}
