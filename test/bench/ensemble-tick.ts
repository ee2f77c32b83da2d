/*
 * How long the window's arithmetic takes when one member of an ensemble is unticked: 20 members, 10,000 test and 10,000
 * validation examples of 10 classes. A frame has 16 ms: the answer (all scores) must stand in it; the curve over the last
 * 1..M and what each member adds follow in the next ones.
 */

import { createPartAssessor } from '../../shared/ensemble/assess.ts'
import { score, softmaxRows } from '../../shared/ensemble/index.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import type { Predictions } from '../../shared/ensemble/predictions.ts'
import { random } from '../../shared/random.ts'
import { percentile } from './store-support.ts'

/** So many, or as the first argument says: 300 is the largest workbench that must stay usable. */
const MEMBERS = Number(process.argv[2] ?? 20)
const EXAMPLES = 10_000
const CLASSES = 10
const rng = random(1, 'ensemble')

function part(): Predictions[] {
  const labels = Uint16Array.from({ length: EXAMPLES }, () => rng.below(CLASSES))
  return Array.from({ length: MEMBERS }, () => {
    const logits = Float64Array.from(
      { length: EXAMPLES * CLASSES },
      (_, i) => 6 * rng.next() + (i % CLASSES === labels[Math.floor(i / CLASSES)] ? 3 : 0),
    )
    const probs = Float32Array.from(softmaxRows(logits, CLASSES))
    const truth = { labels, classes: CLASSES }
    return { truth, labels, probs, scores: score(probs, truth) }
  })
}

const assessors = [part(), part()].map((candidates) => {
  const [first] = candidates
  if (first === undefined) throw new Error('No candidates.')
  return createPartAssessor(candidates, first.truth, 0)
})

interface Tick {
  readonly answered: number
  readonly curve: number
}

function tick(method: PredictionMethod): Tick[] {
  const ticked = new Array<boolean>(MEMBERS).fill(true)
  const weights = new Array<number>(MEMBERS).fill(1 / MEMBERS)
  return Array.from({ length: 60 }, (_, turn) => {
    const k = rng.below(MEMBERS)
    ticked[k] = turn % 2 === 0 ? false : ticked[k] !== true
    if (!ticked.includes(true)) ticked.fill(true)
    const start = performance.now()
    const answers = assessors.map((assessor) => assessor.assess({ method, ticked, weights }))
    const answered = performance.now() - start
    for (const answer of answers) if (answer?.lastAccuracy.length === 0) throw new Error('No curve.')
    return { answered, curve: performance.now() - start - answered }
  })
}

/** The first ones compile the code they run. */
const warmUp = 10

for (const method of ['average', 'logitAverage', 'weighted'] as const) {
  const times = tick(method)
  const answered = times.slice(warmUp).map((one) => one.answered)
  const curve = times.slice(warmUp).map((one) => one.curve)
  console.log(
    `${method}: first ${times[0]?.answered.toFixed(1)} ms, then median ${percentile(answered, 0.5).toFixed(1)} ms, ` +
      `95 % within ${percentile(answered, 0.95).toFixed(1)} ms; the curve ${percentile(curve, 0.5).toFixed(1)} ms`,
  )
}

const all = { ticked: new Array<boolean>(MEMBERS).fill(true), weights: [] }
for (const method of ['average', 'logitAverage'] as const) {
  const afterwards = Array.from({ length: 10 }, () => {
    const start = performance.now()
    assessors[0]?.gainOfEach({ ...all, method })
    return performance.now() - start
  })
  console.log(
    `${method}: what each member adds, after the answer: median ${percentile(afterwards, 0.5).toFixed(1)} ms`,
  )
}
