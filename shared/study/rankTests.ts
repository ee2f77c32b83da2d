import { chdtrc, compiled } from 'cephes'
import jstat from 'jstat'
import type { Friedman } from './ranks.ts'

/*
 * Whether ranks tell methods apart (Demšar 2006, sections 3.2.2 and 3.2.3). cephes is a megabyte of WebAssembly: the host
 * imports this file, and the window is given what comes of it.
 */

/** Resolves when `friedman` may be called. */
export const rankTestsReady: Promise<void> = compiled

/** The level of both tests. */
const level = 0.05

/**
 * With the correction for ties: χ² = (12/(Nk(k+1))·Σ R_j² - 3N(k+1)) / (1 - Σ(t³-t)/(Nk(k²-1))), R_j the sums of ranks over N
 * cells and t the sizes of groups of equals. Where all methods are equal in every cell it is 0, with p 1.
 * @returns null for fewer than two methods, or no cell
 */
export function friedman(ranks: readonly (readonly number[])[]): Friedman | null {
  const cells = ranks.length
  const methods = ranks[0]?.length ?? 0
  if (cells === 0 || methods < 2) return null
  const ties = ranks.reduce((sum, cell) => sum + tiesIn(cell), 0)
  const correction = 1 - ties / (cells * methods * (methods ** 2 - 1))
  if (correction <= 0) return { chiSquared: 0, p: 1 }
  const sums = Array.from({ length: methods }, (_, method) =>
    ranks.reduce((sum, cell) => sum + (cell[method] ?? 0), 0),
  )
  const squares = sums.reduce((sum, one) => sum + one ** 2, 0)
  const raw = (12 / (cells * methods * (methods + 1))) * squares - 3 * cells * (methods + 1)
  const chiSquared = Math.max(0, raw / correction)
  return { chiSquared, p: beyond(methods - 1, chiSquared) }
}

/** The chance of a χ² above. cephes throws where that lies below the least number there is. */
function beyond(freedom: number, chiSquared: number): number {
  try {
    return chdtrc(freedom, chiSquared)
  } catch (error) {
    if (error instanceof Error && error.message.includes('underflow')) return 0
    throw error
  }
}

/** Σ(t³ - t) over groups of equal ranks. */
function tiesIn(cell: readonly number[]): number {
  return [...Map.groupBy(cell, (rank) => rank).values()].reduce(
    (sum, { length }) => sum + length ** 3 - length,
    0,
  )
}

/**
 * Nemenyi: two methods differ where their mean ranks are further apart than q(0.05, k, ∞)/√2 · √(k(k+1)/(6N)), q the
 * studentized range. @returns null for fewer than two methods, or no cell
 */
export function criticalDifference(methods: number, cells: number): number | null {
  if (methods < 2 || cells === 0) return null
  const range = jstat.tukey.inv(1 - level, methods, Number.POSITIVE_INFINITY)
  return (range / Math.SQRT2) * Math.sqrt((methods * (methods + 1)) / (6 * cells))
}
