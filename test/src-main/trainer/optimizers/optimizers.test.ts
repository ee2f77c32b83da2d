import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import { z } from 'zod'
import { type OptimizerSpec, optimizerSpec } from '../../../../shared/run/spec.ts'
import * as tf from '../../../../src-main/engine/tf.ts'
import { createOptimizer, type StepSettings } from '../../../../src-main/trainer/optimizers/index.ts'
import type { OptimizerTensor } from '../../../../src-main/trainer/optimizers/trainOptimizer.ts'
import { switchTo } from '../../engine/deviceUnderTest.ts'
import { numbersOf } from '../models/support.ts'

const numbers = z.array(z.number())
const table = z
  .object({
    curvature: numbers,
    target: numbers,
    start: numbers,
    columns: z.object({ rate: numbers, momentum: numbers, vanishing: numbers, decay: numbers }),
    cases: z.record(
      z.string(),
      z.object({
        spec: optimizerSpec,
        scale: z.number(),
        momentum: z.enum(['momentum', 'vanishing']).nullable(),
        decay: z.literal('decay').nullable(),
        weights: z.record(z.string(), numbers),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('reference/optimizers.json', import.meta.url), 'utf8')))
type Case = (typeof table.cases)[string]

const steps = table.columns.rate.length
/**
 * Float32 keeps weights of size 2 to 1.2e-7, and the descent is contracting, so rounding does not pile up: the worst
 * error measured over all cases is 1.0e-6. Each mistake of definition tried on purpose (bias correction by the
 * running product or one step late, epsilon inside the root, a buffer moved at momentum 0, decay of the other kind or
 * without the rate) moved a weight of its case by 1e-3 or more.
 */
const tolerance = 5e-6

const at = (column: readonly number[], index: number): number => column[index] ?? Number.NaN

function settingsAt({ scale, momentum, decay }: Case, step: number): StepSettings {
  return {
    lr: scale * at(table.columns.rate, step),
    ...(momentum === null ? {} : { momentum: at(table.columns[momentum], step) }),
    ...(decay === null ? {} : { weightDecay: at(table.columns.decay, step) }),
  }
}

/** The problem of the table on two variables: its gradient, and its weights in one list. */
function problem() {
  const variables = [
    tf.variable(tf.tensor1d(table.start.slice(0, 4)), true, 'first'),
    tf.variable(tf.tensor1d(table.start.slice(4)), true, 'second'),
  ]
  const weights = async (): Promise<number[]> =>
    (await Promise.all(variables.map(numbersOf))).flatMap((values) => [...values])
  const gradients = async (step: number): Promise<tf.NamedTensorMap> => {
    const all = (await weights()).map(
      (w, i) => at(table.curvature, i) * (w - at(table.target, i)) + 0.5 * Math.sin(1.7 * step + 2.3 * i),
    )
    return { first: tf.tensor1d(all.slice(0, 4)), second: tf.tensor1d(all.slice(4)) }
  }
  return { variables, weights, gradients, dispose: () => tf.dispose(variables) }
}

before(() => switchTo())

describe('reference steps of torch.optim in float64, everything changing every step', () => {
  for (const [name, reference] of Object.entries(table.cases)) {
    test(name, async () => {
      const { variables, weights, gradients, dispose } = problem()
      const optimizer = createOptimizer(reference.spec)
      let compared = 0
      for (let step = 0; step < steps; step++) {
        const gradient = await gradients(step)
        optimizer.apply(gradient, variables, settingsAt(reference, step))
        tf.dispose(gradient)
        const expected = reference.weights[step]
        if (expected === undefined) continue
        compared++
        for (const [i, weight] of (await weights()).entries()) {
          const error = Math.abs(weight - at(expected, i))
          assert.ok(error <= tolerance, `step ${step}, weight ${i}: ${weight} is off by ${error}`)
        }
      }
      assert.equal(compared, Object.keys(reference.weights).length)
      optimizer.dispose()
      dispose()
    })
  }
})

const kinds: OptimizerSpec[] = [
  { kind: 'sgd', nesterov: true, weightDecay: 0.01, decoupled: true },
  { kind: 'rmsprop', alpha: 0.9, momentum: 0.9, weightDecay: 0.01 },
  { kind: 'adam', weightDecay: 0.01 },
  { kind: 'adamw', weightDecay: 0.01 },
].map((spec) => optimizerSpec.parse(spec))
const changing = (step: number): StepSettings => ({
  lr: 0.02 * at(table.columns.rate, step),
  momentum: at(table.columns.momentum, step),
})

/** Final weights of 60 steps; after `stopAfter` of them everything is thrown away but copies of the state. */
async function trained(spec: OptimizerSpec, stopAfter: number): Promise<number[]> {
  let setup = problem()
  let optimizer = createOptimizer(spec)
  for (let step = 0; step < 60; step++) {
    if (step === stopAfter) {
      const saved = optimizer.state().map(({ name, tensor }) => ({ name, tensor: tf.clone(tensor) }))
      const scalars: unknown = JSON.parse(JSON.stringify(optimizer.scalars()))
      const weights = await setup.weights()
      optimizer.dispose()
      setup.dispose()
      setup = problem()
      setup.variables[0]?.assign(tf.tensor1d(weights.slice(0, 4)))
      setup.variables[1]?.assign(tf.tensor1d(weights.slice(4)))
      optimizer = createOptimizer(spec)
      optimizer.restore(saved, z.record(z.string(), z.number()).parse(scalars), setup.variables)
      tf.dispose(saved.map(({ tensor }) => tensor))
    }
    const gradient = await setup.gradients(step)
    optimizer.apply(gradient, setup.variables, changing(step))
    tf.dispose(gradient)
  }
  const result = await setup.weights()
  optimizer.dispose()
  setup.dispose()
  return result
}

for (const spec of kinds) {
  test(`${spec.kind}: a restored state gives the same bits`, async () => {
    const unbroken = await trained(spec, -1)
    for (const stopAfter of [0, 1, 29]) assert.deepEqual(await trained(spec, stopAfter), unbroken)
  })

  test(`${spec.kind}: the state goes by the name of the variable, not by its position`, async () => {
    const { variables, weights, gradients, dispose } = problem()
    const optimizer = createOptimizer(spec)
    for (let step = 0; step < 60; step++) {
      const gradient = await gradients(step)
      optimizer.apply(gradient, step % 2 === 0 ? variables : variables.toReversed(), changing(step))
      tf.dispose(gradient)
    }
    const mixed = await weights()
    optimizer.dispose()
    dispose()
    assert.deepEqual(mixed, await trained(spec, -1))
  })

  test(`${spec.kind}: holds as many tensors after step 1 as after step 50, and none when disposed`, async () => {
    const { variables, gradients, dispose } = problem()
    const before = tf.memory().numTensors
    const optimizer = createOptimizer(spec)
    const counts: number[] = []
    for (let step = 0; step < 50; step++) {
      const gradient = await gradients(step)
      optimizer.apply(gradient, variables, changing(step))
      tf.dispose(gradient)
      counts.push(tf.memory().numTensors - before)
    }
    assert.deepEqual(new Set(counts), new Set([optimizer.state().length]))
    optimizer.dispose()
    assert.equal(tf.memory().numTensors, before)
    dispose()
  })

  test(`${spec.kind}: refuses a state that is not one of its own for these weights, and keeps what it has`, async () => {
    const { variables, gradients, dispose } = problem()
    const optimizer = createOptimizer(spec)
    const gradient = await gradients(0)
    optimizer.apply(gradient, variables, changing(0))
    const [first] = optimizer.state()
    assert.ok(first !== undefined)
    const [before, scalars] = [tf.memory().numTensors, optimizer.scalars()]
    const wrong = tf.zeros([5])
    const refused: [state: OptimizerTensor[], message: RegExp][] = [
      [[{ name: first.name, tensor: wrong }], /first\/\w+ has the shape \[5\], the model's weight \[4\]/],
      [[first, first], /has first\/\w+ twice/],
      [
        [{ name: 'third/momentum', tensor: first.tensor }],
        /has third\/momentum twice, or it is none of this/,
      ],
      [[{ name: 'first/velocity', tensor: first.tensor }], /first\/velocity.* under (sgd|rmsprop|adamw?)\./],
    ]
    for (const [state, message] of refused) {
      assert.throws(() => optimizer.restore(state, scalars, variables), { message })
    }
    assert.throws(() => optimizer.restore([], { steps: 1.5 }, variables), /"steps" \(received 1\.5\)/)
    wrong.dispose()
    assert.equal(tf.memory().numTensors, before)
    assert.deepEqual(optimizer.scalars(), { steps: 1 })
    tf.dispose(gradient)
    optimizer.dispose()
    dispose()
  })
}

test("tfjs's minimize(), which cannot say the rate of the step, is refused in words", () => {
  const { variables, dispose } = problem()
  const optimizer = createOptimizer(optimizerSpec.parse({ kind: 'adam' }))
  const loss = () => tf.sum<tf.Scalar>(tf.square(existing(variables[0])))
  assert.throws(
    () => optimizer.minimize(loss, false, variables.slice(0, 1)),
    /adam takes its rate with every step/,
  )
  dispose()
})

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a value is missing')
  return value
}
