import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkRates, compileSchedule, formulaPaths, parseSchedule } from '../../../shared/schedule/index.ts'

/** Good at every step that compiling looks at: of 8,200 steps it measures some 4,096, and 101 is none of them. */
const plan = { totalSteps: 8200, stepsPerEpoch: 10 }
const expression = 't == 101 ? -1 : base'
const formula = { kind: 'formula', expression }

test('a rate that is bad at one step only is found, with the step and the value', () => {
  for (const [schedule, at] of [
    [formula, 101],
    [{ kind: 'warmup', length: 3, schedule: formula }, 131],
    [{ kind: 'chain', lr: 1, factors: [{ kind: 'constant', lr: 1 }, formula] }, 101],
    [
      {
        kind: 'sequence',
        pieces: [{ schedule: { kind: 'constant', lr: 1 }, length: 2 }, { schedule: formula }],
      },
      121,
    ],
  ] as const) {
    const spec = parseSchedule(schedule)
    const compiled = compileSchedule(spec, plan)
    assert.throws(() => checkRates(spec, compiled), {
      name: 'UserError',
      message: new RegExp(`the rate at step ${at} must be a finite number of at least 0 \\(received -1\\)`),
    })
  }
})

test('a very long run is looked at in bounded time, and good schedules pass', () => {
  const spec = parseSchedule(formula)
  const long = { totalSteps: 1_000_000_000, stepsPerEpoch: 10 }
  checkRates(spec, compileSchedule(spec, long), 1000)
  const good = parseSchedule({ kind: 'formula', expression: 'base * (1 - u)' })
  checkRates(good, compileSchedule(good, plan))
  const cosine = parseSchedule({ kind: 'cosine', lrStart: 0.1 })
  // No formula: its bounds are those of its fields, and no step is looked at.
  checkRates(cosine, { ...compileSchedule(cosine, plan), at: () => assert.fail('looked at a step') })
})

test('formulas are found wherever they stand', () => {
  const pieces = [
    { schedule: { kind: 'constant', lr: 1 }, length: 1 },
    { schedule: { kind: 'warmup', schedule: formula } },
  ]
  const tree = { kind: 'chain', factors: [{ kind: 'sequence', pieces }, formula] }
  assert.deepEqual(formulaPaths(tree), [
    ['factors', 0, 'pieces', 1, 'schedule', 'schedule', 'expression'],
    ['factors', 1, 'expression'],
  ])
  assert.deepEqual(formulaPaths({ kind: 'sequence', pieces: 'none' }), [])
})
