import { meanProbs } from './combine.ts'
import { meanOfDefined } from './diversity.ts'
import { firstOf, type Member, type Probs } from './members.ts'

/** Per example, in nats. mutualInformation = predictiveEntropy - expectedEntropy, >= 0 up to rounding. */
export interface Uncertainty {
  /** H(mean over members): total uncertainty */
  readonly predictiveEntropy: Float64Array
  /** mean over members of H(p_k): what remains if the members are taken at their word */
  readonly expectedEntropy: Float64Array
  /** how much the members contradict each other (Depeweg et al. 2018, equation 6) */
  readonly mutualInformation: Float64Array
}

/** K x K divergences and their mean over ordered pairs i != j (null if K = 1). */
export interface Divergence {
  readonly klMatrix: number[][]
  readonly meanPairwiseKl: number | null
}

/** Splits the ensemble's uncertainty into the members' own and their disagreement. @throws UserError without members */
export function uncertainty(members: readonly Member[], classes: number): Uncertainty {
  const predictiveEntropy = rowEntropies(meanProbs(members), classes)
  const expectedEntropy = new Float64Array(predictiveEntropy.length)
  for (const { probs } of members) {
    const own = rowEntropies(probs, classes)
    for (let n = 0; n < own.length; n++) expectedEntropy[n] = (expectedEntropy[n] ?? 0) + (own[n] ?? 0)
  }
  for (let n = 0; n < expectedEntropy.length; n++) {
    expectedEntropy[n] = (expectedEntropy[n] ?? 0) / members.length
  }
  const mutualInformation = predictiveEntropy.map((total, n) => total - (expectedEntropy[n] ?? 0))
  return { predictiveEntropy, expectedEntropy, mutualInformation }
}

/**
 * klMatrix[i][j] = mean over examples of sum_c p_i ln(p_i / p_j), in nats. A class with p_i = 0 adds nothing; one with
 * p_j = 0 < p_i makes the entry Infinity, as the definition says.
 * @throws UserError without members
 */
export function divergence(members: readonly Member[], classes: number): Divergence {
  const examples = firstOf(members).probs.length / classes
  const sums = new Float64Array(members.length ** 2)
  // A row at a time: every logarithm is taken once, and memory stays at K*C numbers whatever N is.
  const rows = members.map(() => new Float64Array(classes))
  const logs = members.map(() => new Float64Array(classes))
  for (let n = 0; n < examples; n++) {
    loadRow(members, n * classes, rows, logs)
    addRowDivergences(rows, logs, sums)
  }
  const klMatrix = members.map((_, i) =>
    members.map((_, j) => (sums[i * members.length + j] ?? 0) / examples),
  )
  const offDiagonal = klMatrix.flatMap((row, i) => row.filter((_, j) => j !== i))
  return { klMatrix, meanPairwiseKl: meanOfDefined(offDiagonal) }
}

function loadRow(
  members: readonly Member[],
  start: number,
  rows: readonly Float64Array[],
  logs: readonly Float64Array[],
): void {
  members.forEach(({ probs }, k) => {
    const row = rows[k]
    const log = logs[k]
    if (row === undefined || log === undefined) return
    for (let c = 0; c < row.length; c++) {
      const p = probs[start + c] ?? Number.NaN
      row[c] = p
      log[c] = Math.log(p)
    }
  })
}

function addRowDivergences(
  rows: readonly Float64Array[],
  logs: readonly Float64Array[],
  sums: Float64Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    const own = logs[i]
    if (row === undefined || own === undefined) continue
    for (let j = 0; j < rows.length; j++) {
      const other = logs[j]
      if (other === undefined || j === i) continue
      const cell = i * rows.length + j
      sums[cell] = (sums[cell] ?? 0) + rowDivergence(row, own, other)
    }
  }
}

function rowDivergence(p: Float64Array, logP: Float64Array, logQ: Float64Array): number {
  let sum = 0
  for (let c = 0; c < p.length; c++) {
    const weight = p[c] ?? 0
    if (weight !== 0) sum += weight * ((logP[c] ?? 0) - (logQ[c] ?? 0))
  }
  return sum
}

function rowEntropies(probs: Probs, classes: number): Float64Array<ArrayBuffer> {
  const entropies = new Float64Array(probs.length / classes)
  for (let n = 0; n < entropies.length; n++) {
    let sum = 0
    for (let i = n * classes; i < (n + 1) * classes; i++) {
      const p = probs[i] ?? Number.NaN
      if (p !== 0) sum -= p * Math.log(p)
    }
    entropies[n] = sum
  }
  return entropies
}
