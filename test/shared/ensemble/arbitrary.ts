import fc from 'fast-check'
import { softmaxRows } from '../../../shared/ensemble/index.ts'

/** Random members (float32, as stored) with the truth they are scored on: K 1..5, N 1..30, C 2..6. */
export const ensemble = fc
  .record({
    count: fc.integer({ min: 1, max: 5 }),
    examples: fc.integer({ min: 1, max: 30 }),
    classes: fc.integer({ min: 2, max: 6 }),
  })
  .chain(({ count, examples, classes }) =>
    fc.record({
      members: fc.array(member(examples, classes), { minLength: count, maxLength: count, size: 'max' }),
      truth: fc.record({
        labels: fc.array(fc.nat(classes - 1), { minLength: examples, maxLength: examples, size: 'max' }),
        classes: fc.constant(classes),
      }),
    }),
  )

function member(examples: number, classes: number) {
  const length = examples * classes
  const logit = fc.double({ min: -4, max: 4, noNaN: true })
  return fc
    .array(logit, { minLength: length, maxLength: length, size: 'max' })
    .map((logits) => ({ probs: Float32Array.from(softmaxRows(logits, classes)) }))
}

/** |a - b| within rounding, equal infinities and two NaNs included. */
export function near(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-11 * (1 + Math.abs(b))
}
