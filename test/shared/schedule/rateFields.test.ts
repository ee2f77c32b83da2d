import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changesForRates,
  compileSchedule,
  type FieldChange,
  type FoundRates,
  parseSchedule,
  ratePlaces,
  scheduleFamilies,
  scheduleKinds,
} from '../../../shared/schedule/index.ts'

const plan = { totalSteps: 400, stepsPerEpoch: 20 }

/** With the changes in it: another way than the window's own. */
function changed(tree: unknown, changes: readonly FieldChange[]): unknown {
  const copy: unknown = structuredClone(tree)
  for (const { path, value } of changes) {
    let at: unknown = copy
    for (const key of path.slice(0, -1))
      at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : at
    if (typeof at === 'object' && at !== null) Reflect.set(at, path.at(-1) ?? '', value)
  }
  return copy
}

function extremes(tree: unknown) {
  const compiled = compileSchedule(parseSchedule(tree), plan)
  const rates = Array.from({ length: plan.totalSteps }, (_, step) => compiled.at(step).lr)
  return { most: Math.max(...rates), least: Math.min(...rates) }
}

const put = (tree: unknown, rates: FoundRates): unknown =>
  changed(tree, changesForRates(tree, ratePlaces(tree)[0]?.path ?? [], rates, plan))

/** Of every kind: the fields that take the two rates. */
const expected: Readonly<Record<string, readonly [highest: string, lowest: string]>> = {
  constant: ['Rate', ''],
  step: ['First rate', ''],
  multiStep: ['First rate', ''],
  piecewise: ['Rates', ''],
  linear: ['First rate', 'Last rate'],
  cosine: ['First rate', 'Last rate'],
  polynomial: ['First rate', 'Last rate'],
  rex: ['First rate', 'Last rate'],
  exponentialDecay: ['First rate', 'Last rate'],
  geometric: ['First rate', 'Last rate'],
  exponential: ['First rate', ''],
  inverseTime: ['First rate', ''],
  inverseSqrt: ['Rate', ''],
  noam: ['Scale', ''],
  budgeted: ['First rate', ''],
  trapezoid: ['Plateau rate', 'First rate, Last rate'],
  sgdr: ['Highest rate', 'Lowest rate'],
  snapshot: ['Highest rate', 'Lowest rate'],
  cyclical: ['Highest rate', 'Lowest rate'],
  oneCycle: ['Highest rate', 'Starts at 1/'],
  fractal: ['Scale', ''],
  plateau: ['First rate', 'Lowest rate'],
  formula: ['base', ''],
  chain: ['Rate', ''],
}
const cosine = { kind: 'cosine', lrStart: 0.1 }
const composed: Readonly<Record<string, object>> = {
  chain: { lr: 1, factors: [cosine] },
  warmup: { length: 2, schedule: cosine },
  sequence: { pieces: [{ schedule: { kind: 'constant', lr: 0.02 }, length: 5 }, { schedule: cosine }] },
}

for (const { kind, start } of scheduleFamilies) {
  test(`${kind} takes a highest rate, and a lowest where it has one`, () => {
    const tree = parseSchedule({ kind, ...start, ...composed[kind] })
    const [place] = ratePlaces(tree)
    assert(place)
    if (expected[kind] !== undefined) {
      assert.deepEqual([place.highest.join(', '), place.lowest.join(', ')], expected[kind])
    }
    const after = put(tree, { high: 0.37, low: 0.004 })
    const { most, least } = extremes(after)
    // The peak of 1cycle lies between two steps.
    if (kind !== 'sequence') assert(Math.abs(most / 0.37 - 1) < 0.02, `${kind}: the highest rate is ${most}`)
    const reachesLowest =
      place.lowest.length > 0 && kind !== 'oneCycle' && kind !== 'plateau' && kind !== 'warmup'
    if (reachesLowest) assert(least >= 0.004 - 1e-9 && least < 0.02, `${kind}: the lowest rate is ${least}`)
    // The same again changes nothing.
    assert.deepEqual(put(after, { high: 0.37, low: 0.004 }), after)
  })
}

test('no kind is forgotten', () => {
  assert.deepEqual(
    scheduleKinds.filter((kind) => expected[kind] === undefined && composed[kind] === undefined),
    [],
  )
})

test('without a lowest rate, what the schedule says of it stays', () => {
  assert.deepEqual(put({ kind: 'sgdr', lrMax: 0.1, lrMin: 0.001, t0: 3 }, { high: 0.5 }), {
    kind: 'sgdr',
    lrMax: 0.5,
    lrMin: 0.001,
    t0: 3,
  })
})

test('of a line that rises, the last rate is the highest', () => {
  const rising = { kind: 'geometric', lrStart: 1e-7, lrEnd: 10 }
  assert.deepEqual(put(rising, { high: 0.5, low: 0.01 }), { kind: 'geometric', lrStart: 0.01, lrEnd: 0.5 })
  assert.deepEqual(ratePlaces(rising)[0]?.highest, ['Last rate'])
})

test('1cycle begins at the lowest rate', () => {
  const tree = put({ kind: 'oneCycle', lrMax: 0.1, divFactor: 25 }, { high: 0.5, low: 0.02 })
  assert.deepEqual(tree, { kind: 'oneCycle', lrMax: 0.5, divFactor: 25 })
  assert(
    Math.abs(compileSchedule(parseSchedule(put(tree, { high: 0.3, low: 0.1 })), plan).at(0).lr - 0.1) < 1e-6,
  )
})

test('behind a warm-up, and in each part of a sequence, it is the schedule there that takes them', () => {
  const sequence = { kind: 'sequence', ...composed.sequence }
  assert.deepEqual(
    ratePlaces({ kind: 'warmup', length: 1, schedule: sequence }).map(({ path, name }) => [
      path.join('.'),
      name,
    ]),
    [
      ['schedule.pieces.0.schedule', 'Constant'],
      ['schedule.pieces.1.schedule', 'Cosine'],
    ],
  )
  const after = changed(
    sequence,
    changesForRates(sequence, ['pieces', 1, 'schedule'], { high: 0.3, low: 0 }, plan),
  )
  assert.deepEqual(after, {
    kind: 'sequence',
    pieces: [
      { schedule: { kind: 'constant', lr: 0.02 }, length: 5 },
      { schedule: { kind: 'cosine', lrStart: 0.3, lrEnd: 0 } },
    ],
  })
})

test('a formula takes a rate where it names its base, and nowhere else', () => {
  assert.deepEqual(ratePlaces({ kind: 'formula', expression: '0.1 * (1 - u)' }), [])
  const tree = put({ kind: 'formula', expression: '3 * base * (1 - u)', base: 1 }, { high: 0.6 })
  assert(Math.abs(extremes(tree).most - 0.6) < 1e-9)
})

test('rates of a list keep their proportions', () => {
  assert.deepEqual(put({ kind: 'piecewise', values: [0.1, 1, 0.5], boundaries: [1, 2] }, { high: 0.2 }), {
    kind: 'piecewise',
    values: [0.02, 0.2, 0.1],
    boundaries: [1, 2],
  })
})

test('what is no schedule, or half-typed, is not stumbled over', () => {
  for (const tree of [
    undefined,
    null,
    3,
    {},
    { kind: 'nonsense' },
    { kind: 'sequence' },
    { kind: 'formula', expression: '((' },
  ])
    assert.deepEqual(ratePlaces(tree), [])
  assert.deepEqual(changesForRates({ kind: 'constant', lr: 'x' }, [], { high: 0.2 }, undefined), [
    { path: ['lr'], value: 0.2 },
  ])
})
