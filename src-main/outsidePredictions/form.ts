import type { PredictionForm } from '../../shared/api/outsidePredictions.ts'
import { show, UserError } from '../../shared/errors.ts'

/** How far from 1 the sum of a row of probabilities may be by rounding, of half precision too. */
export const ROUNDING = 2e-3

export interface Interpreted {
  readonly classes: number
  readonly as: PredictionForm
  /** [examples, classes], row-major; rows sum to 1. */
  readonly probs: Float32Array<ArrayBuffer>
  readonly warnings: readonly string[]
}

interface Given {
  /** [examples, width], row-major. Of width 1: the probability or logit of the second of two classes. */
  readonly values: Float32Array | Float64Array
  readonly width: number
  readonly file: string
  /** What the user said. */
  readonly as: PredictionForm | undefined
}

/**
 * Probabilities as they are, or logits through the softmax. Numbers from 0 to 1 whose rows sum to 1 are probabilities,
 * numbers beyond that are logits; from 0 to 1 with other sums they could be either, and the user must say.
 * @throws UserError at the first row that is neither
 */
export function interpret(given: Given): Interpreted {
  const { values, width, file } = given
  const found = look(given)
  const as = given.as ?? (found.outside === undefined ? 'probabilities' : 'logits')
  const classes = Math.max(2, width)
  if (as === 'logits') return { classes, as, probs: softmax(values, width), warnings: [] }
  if (found.outside !== undefined)
    throw new UserError(
      `While reading ${file}: row ${found.outside} has ${show(values.at(found.outsideAt))}, and probabilities are from 0 to 1; say logits if they are (--logits).`,
    )
  const probs = width === 1 ? pairs(values) : Float32Array.from(values)
  if (found.offSums === 0) return { classes, as, probs, warnings: [] }
  const where = `${found.offSums} of ${values.length / width} rows do not sum to 1 (first: row ${found.firstOff}, ${found.firstSum.toPrecision(4)})`
  if (given.as === undefined)
    throw new UserError(
      `While reading ${file}: ${where}, so it is not plain what the numbers are; say that they are logits (--logits) or probabilities (--probabilities).`,
    )
  normalise(probs, classes, file)
  return { classes, as, probs, warnings: [`${where}; each was divided by its sum.`] }
}

function look({ values, width, file, as }: Given) {
  let outside: number | undefined
  let outsideAt = 0
  let offSums = 0
  let firstOff = 0
  let firstSum = 1
  for (let row = 0; row * width < values.length; row++) {
    let sum = 0
    let most = -Infinity
    for (let c = 0; c < width; c++) {
      const value = values[row * width + c] ?? Number.NaN
      if (Number.isNaN(value) || value === Infinity) throw notFinite(file, row, c, value)
      if ((value < 0 || value > 1 + 1e-6) && outside === undefined) {
        outside = row
        outsideAt = row * width + c
      }
      sum += value
      most = Math.max(most, value)
    }
    // Of logits one may be minus infinity: a probability of 0. Of width 1 that is so too.
    if (most === -Infinity && (width > 1 || as === 'probabilities')) throw notFinite(file, row, 0, most)
    if (width > 1 && Math.abs(sum - 1) > ROUNDING) {
      if (offSums === 0) [firstOff, firstSum] = [row, sum]
      offSums += 1
    }
  }
  return { outside, outsideAt, offSums, firstOff, firstSum }
}

const notFinite = (file: string, row: number, c: number, value: number): UserError =>
  new UserError(
    `While reading ${file}: row ${row} (from 0) has ${Number.isNaN(value) ? 'no number' : String(value)} in column ${c} of its predictions; mend it where it was made.`,
  )

/** Of the second of two classes to both. */
function pairs(values: ArrayLike<number>): Float32Array<ArrayBuffer> {
  const probs = new Float32Array(values.length * 2)
  for (let row = 0; row < values.length; row++) {
    const p = Math.fround(values[row] ?? 0)
    probs[2 * row] = 1 - p
    probs[2 * row + 1] = p
  }
  return probs
}

function softmax(values: ArrayLike<number>, width: number): Float32Array<ArrayBuffer> {
  if (width === 1) return pairs(Float64Array.from(values, (logit) => 1 / (1 + Math.exp(-logit))))
  const probs = new Float32Array(values.length)
  for (let start = 0; start < values.length; start += width) {
    let most = -Infinity
    for (let c = 0; c < width; c++) most = Math.max(most, values[start + c] ?? 0)
    let sum = 0
    for (let c = 0; c < width; c++) sum += Math.exp((values[start + c] ?? 0) - most)
    for (let c = 0; c < width; c++) probs[start + c] = Math.exp((values[start + c] ?? 0) - most) / sum
  }
  return probs
}

function normalise(probs: Float32Array, classes: number, file: string): void {
  for (let start = 0; start < probs.length; start += classes) {
    let sum = 0
    for (let c = 0; c < classes; c++) sum += probs[start + c] ?? 0
    if (sum === 0)
      throw new UserError(
        `While reading ${file}: row ${start / classes} is all zeros; mend it where it was made.`,
      )
    for (let c = 0; c < classes; c++) probs[start + c] = (probs[start + c] ?? 0) / sum
  }
}
