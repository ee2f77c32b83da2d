import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { createPartAssessor } from '../../../shared/ensemble/assess.ts'
import { type Choice, sharesOf } from '../../../shared/ensemble/choice.ts'
import { pairedDifference } from '../../../shared/ensemble/difference.ts'
import {
  combine,
  lastM,
  type Probs,
  type Scores,
  score,
  softmaxRows,
  type Truth,
} from '../../../shared/ensemble/index.ts'
import type { PredictionMethod } from '../../../shared/ensemble/methods.ts'
import type { Predictions } from '../../../shared/ensemble/predictions.ts'
import { random } from '../../../shared/random.ts'
import { ensemble, near } from './arbitrary.ts'

const methods: readonly PredictionMethod[] = ['average', 'logitAverage', 'weighted']

function candidate(probs: Float32Array<ArrayBuffer>, truth: Truth): Predictions {
  return { truth, labels: Uint16Array.from(truth.labels), probs, scores: score(probs, truth) }
}

/** The mixture by shared/ensemble, from nothing. */
function fromScratch(
  candidates: readonly Predictions[],
  truth: Truth,
  choice: Choice,
): Float64Array | undefined {
  const weights = sharesOf(choice)
  const members = candidates.filter((_, k) => (weights[k] ?? 0) > 0)
  if (members.length === 0) return undefined
  const how =
    choice.method === 'logitAverage'
      ? ({ kind: 'geometric' } as const)
      : choice.method === 'weighted'
        ? ({ kind: 'weighted', weights: weights.filter((weight) => weight > 0) } as const)
        : ({ kind: 'mean' } as const)
  return combine(members, truth.classes, how)
}

/**
 * Sums in another order may differ in their last bit, which decides between classes that are equally probable: there
 * either may be predicted, and the accuracy follows.
 */
function assertSame(got: Scores | undefined, mixture: Probs | undefined, truth: Truth): void {
  assert.equal(got === undefined, mixture === undefined)
  if (got === undefined || mixture === undefined) return
  const want = score(mixture, truth)
  let ties = 0
  want.argmax.forEach((wanted, row) => {
    const chosen = got.argmax[row] ?? -1
    if (chosen === wanted) return
    const at = row * truth.classes
    assert.ok(near(mixture[at + chosen] ?? 0, mixture[at + wanted] ?? 1), `row ${row} predicts ${chosen}`)
    ties++
  })
  for (const key of ['nll', 'brier'] as const)
    assert.ok(near(got[key], want[key]), `${key}: got ${got[key]}, want ${want[key]}`)
  const slack = ties / truth.labels.length + 1e-12
  assert.ok(Math.abs(got.accuracy - want.accuracy) <= slack)
  want.confidence.forEach((wanted, row) => {
    assert.ok(near(got.confidence[row] ?? -1, wanted), `confidence of row ${row}`)
  })
}

const choices = fc.array(
  fc.record({
    method: fc.constantFrom(...methods),
    ticked: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    weights: fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 5, maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 12 },
)

test('any course of ticking gives what combining from nothing gives', () => {
  fc.assert(
    fc.property(ensemble, choices, ({ members, truth }, course) => {
      const candidates = members.map(({ probs }) => candidate(probs, truth))
      const workbench = createPartAssessor(candidates, truth, 0)
      for (const each of course) {
        const choice = {
          ...each,
          ticked: each.ticked.slice(0, candidates.length),
          weights: each.weights.slice(0, candidates.length),
        }
        const got = workbench.assess(choice)
        assertSame(got?.ensemble, fromScratch(candidates, truth, choice), truth)
        if (got === undefined) continue
        const shares = sharesOf(choice)
        const chosen = candidates.filter((_, k) => (shares[k] ?? 0) > 0)
        // What it is measured against stays, whoever is ticked.
        const first = candidates[0]?.scores
        assert.deepEqual([got.best, got.bestScores], [0, first])
        assert.ok(near(got.gain.accuracy, got.ensemble.accuracy - (first?.accuracy ?? 0)))
        assert.deepEqual(
          got.lastAccuracy,
          lastM(chosen, truth).map(({ scores }) => scores.accuracy),
        )
      }
    }),
  )
})

test('of many members, any course of ticking gives what combining from nothing gives, to the digits that are shown', () => {
  const rng = random(3, 'many members')
  const truth = { labels: Uint16Array.from({ length: 40 }, () => rng.below(3)), classes: 3 }
  const candidates = Array.from({ length: 37 }, () => {
    // Some zeros, and some so small that they are lost beside others.
    const logits = Float64Array.from({ length: 120 }, () => 40 * rng.next() * rng.below(4))
    return candidate(Float32Array.from(softmaxRows(logits, 3)), truth)
  })
  const workbench = createPartAssessor(candidates, truth, 0)
  const ticked = candidates.map(() => true)
  const weights = candidates.map(() => rng.below(3) / 2)
  for (let turn = 0; turn < 60; turn++) {
    const k = rng.below(ticked.length)
    // A whole run at once, too.
    for (let i = k; i < k + (turn % 7 === 0 ? 12 : 1) && i < ticked.length; i++) ticked[i] = !ticked[i]
    const choice = { method: methods[turn % 3] ?? 'average', ticked: [...ticked], weights }
    const got = workbench.assess(choice)?.ensemble
    const mixture = fromScratch(candidates, truth, choice)
    assertSame(got, mixture, truth)
    const want = mixture && score(mixture, truth)
    assert.deepEqual(
      got && [got.accuracy, got.nll.toFixed(4), got.brier.toFixed(4), got.ece.toFixed(4)],
      want && [want.accuracy, want.nll.toFixed(4), want.brier.toFixed(4), want.ece.toFixed(4)],
    )
  }
})

test('what is worked out in slices, by several in turn, is what is worked out at once', () => {
  const rng = random(4, 'slices')
  const truth = { labels: Uint16Array.from({ length: 9000 }, () => rng.below(4)), classes: 4 }
  const candidates = Array.from({ length: 40 }, () =>
    candidate(
      Float32Array.from(
        softmaxRows(
          Float64Array.from({ length: 36_000 }, () => 4 * rng.next()),
          4,
        ),
      ),
      truth,
    ),
  )
  const one = createPartAssessor(candidates, truth, 0)
  const other = createPartAssessor(candidates, truth, 0)
  for (const method of ['average', 'logitAverage'] as const) {
    const choice = { method, ticked: candidates.map((_, k) => k % 5 > 0), weights: [] }
    const [slices, same] = [one.workOut(choice, true), one.workOut(choice, true)]
    let rests = 0
    while (!slices.next().done && !same.next().done) rests++
    assert.ok(rests > 2, `${rests} rests`)
    const [gains, curve] = [one.gainOfEach(choice), one.assess(choice)?.lastAccuracy]
    assert.deepEqual(gains, other.gainOfEach({ ...choice }))
    assert.deepEqual(curve, other.assess({ ...choice })?.lastAccuracy)
    assert.equal(one.gainOfEach(choice), gains, 'it is worked out once')
  }
})

test('a confident member taken away again leaves no rounding in the others', () => {
  const truth = { labels: [0], classes: 2 }
  const sure = candidate(Float32Array.of(0.9, 0.1), truth)
  const doubtful = candidate(Float32Array.of(1e-20, 1), truth)
  const workbench = createPartAssessor([sure, doubtful], truth, 0)
  const choice = { method: 'average', weights: [] } as const
  workbench.assess({ ...choice, ticked: [true, true] })
  const got = workbench.assess({ ...choice, ticked: [false, true] })
  assert.ok(got)
  assert.ok(near(got.ensemble.nll, -Math.log(doubtful.probs[0] ?? 0)))
})

test('a diverged member spoils nothing once it is unticked', () => {
  const truth = { labels: [0, 1], classes: 2 }
  const sound = candidate(Float32Array.of(0.75, 0.25, 0.5, 0.5), truth)
  const diverged = candidate(new Float32Array(4).fill(Number.NaN), truth)
  for (const method of methods) {
    const workbench = createPartAssessor([sound, diverged], truth, 0)
    const weights = [0.5, 0.5]
    assert.ok(Number.isNaN(workbench.assess({ method, weights, ticked: [true, true] })?.ensemble.nll))
    assertSame(workbench.assess({ method, weights, ticked: [true, false] })?.ensemble, sound.probs, truth)
  }
})

test('probabilities of exactly 0 are taken in the limit by the logit average', () => {
  const truth = { labels: [0, 2, 1], classes: 3 }
  const rows = [
    Float32Array.of(0.5, 0.5, 0, 0, 0, 1, 0, 0.75, 0.25),
    Float32Array.of(0.25, 0.75, 0, 1, 0, 0, 0.5, 0.5, 0),
    Float32Array.of(0, 0, 1, 0, 0.5, 0.5, 1, 0, 0),
  ]
  const candidates = rows.map((probs) => candidate(probs, truth))
  const workbench = createPartAssessor(candidates, truth, 0)
  for (let bits = 1; bits < 8; bits++) {
    const ticked = [0, 1, 2].map((k) => (bits >> k) % 2 === 1)
    const choice = { method: 'logitAverage', ticked, weights: [] } as const
    assertSame(workbench.assess(choice)?.ensemble, fromScratch(candidates, truth, choice), truth)
  }
})

test('no member, no assessment', () => {
  const truth = { labels: [0], classes: 2 }
  const workbench = createPartAssessor([candidate(Float32Array.of(0.9, 0.1), truth)], truth, 0)
  for (const method of methods)
    assert.equal(workbench.assess({ method, ticked: [false], weights: [1] }), undefined)
  assert.equal(workbench.assess({ method: 'weighted', ticked: [true], weights: [0] }), undefined)
})

test('the standard error of a paired difference counts only where exactly one is right', () => {
  const labels = [0, 0, 0, 0]
  assert.deepEqual(pairedDifference([0, 0, 1, 1], [0, 0, 1, 1], labels), { accuracy: 0, standardError: 0 })
  const { accuracy, standardError } = pairedDifference([0, 0, 0, 1], [0, 1, 0, 1], labels)
  assert.equal(accuracy, 0.25)
  // One of four differs: variance 1/4 - 1/16 over 4 examples.
  assert.ok(near(standardError, Math.sqrt((0.25 - 0.0625) / 4)))
})

const block = z.object({
  argmax: z.array(z.number()),
  accuracy: z.number(),
  nll: z.number(),
  brier: z.number(),
  ece: z.number(),
})
const golden = z
  .array(
    z.object({
      name: z.string(),
      classes: z.int(),
      logits: z.array(z.array(z.array(z.number()))),
      labels: z.array(z.int()),
      weights: z.array(z.number()).nullish(),
      expected: z.object({ average: block, logitAverage: block, weightedAverage: block.optional() }),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('../../golden/cases/ensemble.json', import.meta.url), 'utf8')))

for (const { name, classes, logits, labels, weights, expected } of golden) {
  test(`the window agrees with the reference example ${name}`, () => {
    const truth = { labels, classes }
    const candidates = logits.map((rows) =>
      candidate(Float32Array.from(softmaxRows(rows.flat(), classes)), truth),
    )
    const workbench = createPartAssessor(candidates, truth, 0)
    const ticked = candidates.map(() => true)
    const compare = (method: PredictionMethod, want: z.infer<typeof block> | undefined): void => {
      if (want === undefined) return
      // Begun from another set of members, so that the sums are those of a course and not of a start.
      workbench.assess({ method, ticked: ticked.map((_, k) => k % 2 === 0), weights: weights ?? [] })
      const got = workbench.assess({ method, ticked, weights: weights ?? [] })?.ensemble
      assert.ok(got)
      assert.deepEqual([...got.argmax], want.argmax)
      assert.equal(got.accuracy, want.accuracy)
      // What is stored is float32: seven digits of each probability.
      assert.ok(Math.abs(got.nll - want.nll) <= 1e-5 * want.nll, `nll ${got.nll}, ${want.nll}`)
      assert.ok(Math.abs(got.brier - want.brier) <= 1e-5 * want.brier, `brier ${got.brier}, ${want.brier}`)
    }
    compare('average', expected.average)
    compare('logitAverage', expected.logitAverage)
    if (weights) compare('weighted', expected.weightedAverage)
  })
}
