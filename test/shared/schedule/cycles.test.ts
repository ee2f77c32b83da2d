import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { z } from 'zod'
import {
  compileSchedule,
  extendPlan,
  parseSchedule,
  type SchedulePlan,
  wholeCyclesBudget,
} from '../../../shared/schedule/index.ts'
import { fromGolden } from '../../golden/fromGolden.ts'

const compile = (input: object, plan: SchedulePlan) => compileSchedule(parseSchedule(input), plan)
const sgdr = { kind: 'sgdr', lrMax: 0.1, t0: 10, tMult: 2 }
const plan = (epochs: number, stepsPerEpoch = 10): SchedulePlan => ({
  totalSteps: epochs * stepsPerEpoch,
  stepsPerEpoch,
})

function goldenCases(family: string) {
  const schema = z.array(z.looseObject({ name: z.string(), extra: z.looseObject({}).optional() }))
  const file = new URL(`../../golden/cases/${family}.json`, import.meta.url)
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
}

describe('cycles', () => {
  it('restart on the exact steps of the SGDR tables', () => {
    for (const golden of goldenCases('f_sgdr')) {
      const { exactRestartSteps } = z.object({ exactRestartSteps: z.array(z.int()) }).parse(golden.extra)
      const { spec, plan } = fromGolden(golden)
      const starts = compileSchedule(spec, plan).cycles.map((cycle) => cycle.start)
      for (const step of exactRestartSteps) assert.ok(starts.includes(step), `${golden.name}: ${step}`)
    }
  })

  it('give the snapshots of the snapshot tables', () => {
    for (const golden of goldenCases('f_snapshot')) {
      const { completeCycleEndSteps, cyclesStarted } = z
        .object({ completeCycleEndSteps: z.array(z.int()), cyclesStarted: z.int() })
        .parse(golden.extra)
      const { spec, plan } = fromGolden(golden)
      const { cycles } = compileSchedule(spec, plan)
      assert.equal(cycles.length, cyclesStarted, golden.name)
      const snapshots = cycles.flatMap((cycle) => cycle.snapshotStep ?? [])
      assert.deepEqual(snapshots, completeCycleEndSteps, golden.name)
    }
  })

  it('are one for a schedule without restarts, with the snapshot after its last step', () => {
    const { cycles } = compile({ kind: 'cosine', lrStart: 0.1 }, plan(3))
    assert.deepEqual(cycles, [
      { index: 0, start: 0, end: 30, plannedEnd: 30, complete: true, snapshotStep: 29 },
    ])
  })

  it('take the warm-up before them in', () => {
    const { cycles } = compile({ kind: 'warmup', length: 5, schedule: sgdr }, plan(35))
    assert.deepEqual(
      cycles.map(({ start, end }) => [start, end]),
      [
        [0, 150],
        [150, 350],
      ],
    )
  })

  it('of a sequence end where a piece has fallen and the next starts higher', () => {
    const cosine = { kind: 'cosine', lrStart: 0.1 }
    const pieces = [
      { schedule: { kind: 'linear', lrStart: 0, lrEnd: 0.1 }, length: 2 },
      { schedule: { kind: 'constant', lr: 0.1 }, length: 3 },
      { schedule: cosine, length: 5 },
      { schedule: cosine, length: 10 },
      { schedule: { kind: 'sgdr', lrMax: 0.1, t0: 4 }, length: 10 },
      { schedule: cosine },
    ]
    const { cycles } = compile({ kind: 'sequence', pieces }, plan(40, 1))
    assert.deepEqual(
      cycles.map(({ start, end, plannedEnd, complete }) => [start, end, plannedEnd, complete]),
      [
        [0, 10, 10, true],
        [10, 20, 20, true],
        [20, 24, 24, true],
        [24, 28, 28, true],
        [28, 30, 32, false],
        [30, 40, 40, true],
      ],
    )
  })

  it('reach their lowest rate where the spec asks for it', () => {
    for (const endpoint of ['inclusive', 'lastUpdate']) {
      const whole = compile({ ...sgdr, lrMin: 0.001, endpoint }, plan(70))
      for (const { start, snapshotStep } of whole.cycles) {
        assert.equal(whole.at(start).lr, 0.1)
        assert.equal(whole.at(snapshotStep ?? -1).lr, 0.001)
      }
    }
    const byEpoch = compile({ ...sgdr, lrMin: 0.001, endpoint: 'lastUpdate', update: 'epoch' }, plan(30))
    assert.equal(byEpoch.at(99).lr, 0.001)
    assert.equal(byEpoch.at(90).lr, 0.001)
    assert.ok(byEpoch.at(89).lr > 0.001)
  })

  it('restart one step late only in the loop of the PyTorch docs', () => {
    const onTime = compile(sgdr, plan(30))
    const late = compile({ ...sgdr, stepping: 'docsLoop' }, plan(30))
    assert.equal(onTime.at(100).lr, 0.1)
    assert.notEqual(late.at(100).lr, 0.1)
    assert.equal(late.at(101).lr, 0.1)
    assert.deepEqual(
      late.cycles.map((cycle) => cycle.start),
      [0, 101],
    )
  })

  it('are listed up to a limit, while every step can still be asked for', () => {
    const many = compile(
      { kind: 'sgdr', lrMax: 0.1, t0: 1, unit: 'step' },
      { totalSteps: 1e9, stepsPerEpoch: 1 },
    )
    assert.equal(many.at(999_999_999).lr, 0.1)
    assert.equal(many.cycles.length, 100_000)
    assert.match(many.summary, /at least 100000 cycles/)
  })

  it('are found beyond those listed, with their numbers', () => {
    const many = compile(
      { kind: 'sgdr', lrMax: 0.1, t0: 2, unit: 'step' },
      { totalSteps: 500_001, stepsPerEpoch: 1 },
    )
    const found = (step: number) => {
      const cycle = many.cycleAt(step)
      return [cycle?.index, cycle?.start, cycle?.snapshotStep]
    }
    assert.deepEqual(found(199_999), [99_999, 199_998, 199_999])
    assert.deepEqual(found(499_999), [249_999, 499_998, 499_999])
    assert.deepEqual(found(200_000), [100_000, 200_000, 200_001])
    assert.deepEqual(found(500_000), [250_000, 500_000, undefined])
    assert.equal(many.cycleAt(500_001), undefined)
  })
})

describe('growing a run', () => {
  const spec = parseSchedule(sgdr)

  it('completes a cycle that was cut short, then adds whole ones', () => {
    const grown = (from: number, to: number) => ({
      ...plan(to),
      scheduleSteps: 10 * from,
      earlierEnds: [10 * from],
    })
    assert.deepEqual(extendPlan(spec, plan(100), 1), grown(100, 150))
    assert.deepEqual(extendPlan(spec, plan(150), 1), grown(150, 310))
    assert.deepEqual(extendPlan(spec, plan(100), 2), grown(100, 310))
    assert.deepEqual(extendPlan(spec, extendPlan(spec, plan(100), 1), 1), {
      ...grown(100, 310),
      earlierEnds: [1000, 1500],
    })
  })

  it('goes on after an edit with the cycle that was next', () => {
    const edits = [{ kind: 'annealNow', atStep: 400, steps: 50 } as const]
    const longer = extendPlan(spec, plan(60), 1, edits)
    const compiled = compileSchedule(spec, longer, edits)
    assert.deepEqual(
      compiled.cycles.map(({ start, end }) => [start, end]),
      [
        [0, 100],
        [100, 300],
        [300, 450],
        [450, 1250],
      ],
    )
  })

  it('restarts a recursive chain past its budget as often as the extension promises', () => {
    const factors = [
      { kind: 'sgdr', lrMax: 1, t0: 2 },
      { kind: 'exponential', lr: 1, gamma: 0.9 },
    ]
    const chain = parseSchedule({ kind: 'chain', lr: 0.1, combine: 'recursive', factors })
    const before = compileSchedule(chain, plan(6))
    const longer = extendPlan(chain, plan(6), 2)
    const after = compileSchedule(chain, longer)
    assert.equal(longer.totalSteps, 100)
    for (let step = 0; step < 60; step++) assert.deepEqual(after.at(step), before.at(step))
    for (const start of [60, 80]) assert.ok(after.at(start).lr > 10 * after.at(start - 1).lr)
    assert.ok(after.at(80).lr < after.at(60).lr)
    const byEpoch = parseSchedule({ kind: 'chain', lr: 0.1, combine: 'recursive', factors, tick: 'epoch' })
    const coarse = compileSchedule(byEpoch, extendPlan(byEpoch, plan(6), 1))
    assert.ok(coarse.at(60).lr > coarse.at(59).lr)
  })

  it('bounds the rate over all that is run, and no momentum leaves its ends', () => {
    const momentum = { curve: 'inverse', low: 0.8, high: 0.95 }
    const growing = { kind: 'exponential', lr: 1, gamma: 1.5 }
    const specs = [
      { kind: 'cyclical', lrMin: 0.01, lrMax: 0.1, stepUp: 1, mode: 'exp_range', gamma: 1.5, momentum },
      { kind: 'chain', lr: 0.1, factors: [{ kind: 'sgdr', lrMax: 1, t0: 2 }, growing], momentum },
      { kind: 'sgdr', lrMax: 0.1, lrMin: 0.05, t0: 1, restartDecay: 0.5, momentum },
    ]
    for (const input of specs) {
      const spec = parseSchedule(input)
      const grown = compileSchedule(spec, extendPlan(spec, plan(6), 6))
      const past = Array.from({ length: grown.totalSteps }, (_, step) => grown.at(step))
      for (const { lr, momentum } of past) {
        const rounding = 1e-12 * grown.range.lrMax
        assert.ok(lr >= grown.range.lrMin - rounding, `${spec.kind}: ${lr}`)
        assert.ok(lr <= grown.range.lrMax + rounding, `${spec.kind}: ${lr}`)
        assert.ok(momentum !== undefined && momentum >= 0.8 && momentum <= 0.95, `${spec.kind}: ${momentum}`)
      }
    }
  })

  it('refuses a schedule that does not restart, in a sentence', () => {
    assert.throws(() => extendPlan(parseSchedule({ kind: 'cosine', lrStart: 0.1 }), plan(10), 1), {
      name: 'UserError',
      message: /a cosine schedule has no further cycle after step 100/,
    })
    assert.throws(() => extendPlan(spec, plan(10), 0), { name: 'UserError', message: /received 0/ })
    assert.throws(() => extendPlan(spec, plan(10), 40), { name: 'UserError', message: /longer than/ })
  })

  it('names the nearest budget of whole cycles', () => {
    assert.deepEqual(wholeCyclesBudget(spec, plan(100)), { totalSteps: 700, epochs: 70 })
    assert.deepEqual(wholeCyclesBudget(spec, plan(120)), { totalSteps: 1500, epochs: 150 })
    assert.equal(wholeCyclesBudget(spec, plan(150)), undefined)
    const snapshots = parseSchedule({ kind: 'snapshot', lrMax: 0.1, cycles: 6 })
    assert.deepEqual(wholeCyclesBudget(snapshots, plan(100, 1)), { totalSteps: 102, epochs: 102 })
  })
})
