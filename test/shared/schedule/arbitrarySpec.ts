import fc from 'fast-check'
import { parseSchedule, type SchedulePlan, type ScheduleSpec } from '../../../shared/schedule/index.ts'

const lr = fc.double({ min: 1e-6, max: 10, noNaN: true })
const part = fc.double({ min: 0, max: 1, noNaN: true })
// Growing too, but finite over the longest run drawn here.
const gamma = fc.double({ min: 0.5, max: 1.05, noNaN: true })
const lengthInEpochs = fc.double({ min: 1, max: 20, noNaN: true })
const endpoint = fc.constantFrom('exclusive', 'inclusive', 'lastUpdate')
const update = fc.oneof(
  { weight: 3, arbitrary: fc.constant('step') },
  fc.constant('epoch'),
  fc.record({ every: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ atFractions: fc.array(part, { maxLength: 4 }) }),
)
const unit = fc.constantFrom('step', 'epoch')
const profile = fc.oneof(
  fc.constantFrom('linear', 'cosine', 'exponential', 'polynomial', 'rex'),
  fc.record({ shape: fc.constant('rex'), beta: fc.double({ min: -2, max: 0.99, noNaN: true }) }),
)
const coefficient = fc.double({ min: 0, max: 0.49, noNaN: true })
const momentum = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  fc.record({ curve: fc.constant('constant'), value: coefficient }),
  fc.record({ curve: fc.constant('demon'), init: coefficient, delay: part }),
  fc.record({ curve: fc.constant('inverse'), low: coefficient, high: coefficient.map((c) => c + 0.49) }),
)
const ordered = fc.tuple(lr, lr).map(([a, b]) => ({ lrMin: Math.min(a, b), lrMax: Math.max(a, b) }))
const timed = { unit, update, momentum }
const decay = { lrStart: lr, lrEnd: lr, delay: part, endpoint, ...timed }

const kind = <T extends string>(name: T) => fc.constant(name)

/** Families whose rate only ever restarts or repeats: they can be extended by a cycle. */
const restartingInput = fc.oneof(
  fc
    .tuple(
      ordered,
      fc.record({
        kind: kind('sgdr'),
        t0: lengthInEpochs,
        tMult: fc.constantFrom(1, 1.1, 1.5, 2, 3),
        restartDecay: fc.constantFrom(1, 0.8),
        profile,
        endpoint,
        unit,
        update: fc.constantFrom('step', 'epoch'),
        momentum,
        stepping: fc.constantFrom('onTime', 'docsLoop'),
      }),
    )
    .map(([rates, rest]) => ({ ...rates, ...rest })),
  fc
    .tuple(
      ordered,
      fc.record({
        kind: kind('cyclical'),
        stepUp: lengthInEpochs,
        stepDown: lengthInEpochs,
        mode: fc.constantFrom('triangular', 'triangular2', 'exp_range'),
        gamma,
        profile,
        growth: fc.constantFrom('flipped', 'reversed'),
        endpoint,
        unit,
        update: fc.constantFrom('step', 'epoch'),
        momentum,
      }),
    )
    .map(([rates, rest]) => ({ ...rates, ...rest })),
  fc
    .tuple(
      ordered,
      fc.record({
        kind: kind('snapshot'),
        cycles: fc.integer({ min: 1, max: 9 }),
        profile,
        endpoint,
        momentum,
      }),
    )
    .map(([rates, rest]) => ({ ...rates, ...rest })),
)

const decayingInput = fc.oneof(
  fc.record({ kind: kind('linear'), ...decay }),
  fc.record({ kind: kind('cosine'), ...decay, afterEnd: fc.constantFrom('hold', 'mirror') }),
  fc.record({ kind: kind('cosine'), ...decay, length: lengthInEpochs, afterEnd: kind('mirror') }),
  fc.record({ kind: kind('polynomial'), ...decay, power: fc.double({ min: 0.1, max: 4, noNaN: true }) }),
  fc.record({ kind: kind('rex'), ...decay, beta: fc.double({ min: -2, max: 1, noNaN: true }) }),
  fc.record({ kind: kind('exponentialDecay'), ...decay, k: fc.double({ min: 0, max: 10, noNaN: true }) }),
  fc.record({ kind: kind('geometric'), ...decay }),
  fc.record({
    kind: kind('budgeted'),
    lr,
    profile,
    granularity: fc.constantFrom('iteration', 'epoch'),
    momentum,
  }),
  fc
    .tuple(
      lr,
      part,
      part,
      fc.record({
        kind: kind('trapezoid'),
        warmup: fc.double({ min: 0, max: 20, noNaN: true }),
        cooldown: fc.double({ min: 0, max: 20, noNaN: true }),
        shape: fc.constantFrom('linear', 'cosine', '1-sqrt'),
        endpoint,
        ...timed,
      }),
    )
    .map(([top, start, end, rest]) => ({ lr: top, lrStart: start * top, lrEnd: end * top, ...rest })),
  fc.record({
    kind: kind('oneCycle'),
    lrMax: lr,
    pctStart: part,
    anneal: fc.constantFrom('cosine', 'linear'),
    phases: fc.constantFrom(2, 3),
    divFactor: fc.double({ min: 1, max: 100, noNaN: true }),
    momentum,
  }),
)

const otherInput = fc.oneof(
  fc.record({ kind: kind('constant'), lr, momentum }),
  fc.record({ kind: kind('step'), lr, stepSize: lengthInEpochs, gamma, ...timed }),
  fc.record({
    kind: kind('multiStep'),
    lr,
    milestones: fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { maxLength: 4 }),
    gamma,
    ...timed,
  }),
  fc.record({
    kind: kind('piecewise'),
    values: fc.tuple(lr, lr, lr),
    boundaries: fc.tuple(lengthInEpochs, lengthInEpochs).map((b) => b.sort((x, y) => x - y)),
    ...timed,
  }),
  fc.record({ kind: kind('exponential'), lr, gamma, ...timed }),
  fc.record({ kind: kind('inverseTime'), lr, k: part, ...timed }),
  fc.record({ kind: kind('inverseSqrt'), lr, timescale: lengthInEpochs, offset: lengthInEpochs, ...timed }),
  fc.record({ kind: kind('noam'), lr, warmup: lengthInEpochs, ...timed }),
  fc.record({
    kind: kind('fractal'),
    m: fc.double({ min: 0.01, max: 1, noNaN: true }),
    M: fc.double({ min: 1, max: 10, noNaN: true }),
    order: fc.constantFrom('fractal', 'natural', 'reversedFractal', 'reversedNatural'),
    momentum,
  }),
  fc.record({ kind: kind('plateau'), lr, momentum }),
  fc.record({
    kind: kind('formula'),
    expression: fc.constantFrom('base * (1 - u)^2', 'base / (1 + epoch)', 'u < 0.5 ? base : base * exp(-x)'),
    base: lr,
    ...timed,
  }),
)

const simpleInput = fc.oneof(restartingInput, decayingInput, otherInput)
const nestedInput = fc.oneof(
  restartingInput,
  decayingInput,
  otherInput.filter((input) => input.kind !== 'plateau'),
)

/** Any family, as the JSON a person would write. */
const anyInput: fc.Arbitrary<object> = fc.oneof(
  { weight: 4, arbitrary: simpleInput },
  fc.record({
    kind: kind('warmup'),
    length: fc.double({ min: 0, max: 6, noNaN: true }),
    form: fc.constantFrom('zero', 'oneBased', 'startFactor'),
    startFactor: part,
    schedule: simpleInput,
    ...timed,
  }),
  fc.record({
    kind: kind('sequence'),
    unit,
    pieces: fc
      .tuple(
        fc.array(fc.record({ schedule: nestedInput, length: lengthInEpochs }), { maxLength: 3 }),
        fc.record({ schedule: nestedInput }),
      )
      .map(([pieces, last]) => [...pieces, last]),
  }),
  fc.record({
    kind: kind('chain'),
    lr: part,
    factors: fc.array(nestedInput, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: kind('chain'),
    lr: part,
    // Not the mirrored cosine, whose recursion may derail.
    factors: fc.array(
      otherInput.filter((input) => input.kind !== 'plateau'),
      { minLength: 1, maxLength: 3 },
    ),
    combine: kind('recursive'),
    tick: fc.constantFrom('step', 'epoch'),
  }),
)

export const anySpec: fc.Arbitrary<ScheduleSpec> = anyInput.map((input) => parseSchedule(input))
export const restartingSpec: fc.Arbitrary<ScheduleSpec> = restartingInput.map((input) => parseSchedule(input))

export const anyPlan: fc.Arbitrary<SchedulePlan> = fc.record({
  totalSteps: fc.integer({ min: 1, max: 600 }),
  stepsPerEpoch: fc.integer({ min: 1, max: 30 }),
})
