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
})

describe('the summary', () => {
  it('says how long the cycles are and what the budget cuts', () => {
    assert.equal(
      compile(sgdr, plan(100)).summary,
      'Cosine decay from 0.1 to 0 with warm restarts: 4 cycles of 10, 20, 40, 80 epochs; the budget ends 37 % into cycle 4: no snapshot of it.',
    )
    assert.match(compile({ ...sgdr, tMult: 1 }, plan(50)).summary, /: 5 cycles of 10 epochs each\.$/)
    assert.match(compile({ kind: 'constant', lr: 1 }, plan(1)).summary, /: 1 cycle of 1 epoch\.$/)
  })
})

describe('growing a run', () => {
  const spec = parseSchedule(sgdr)

  it('completes a cycle that was cut short, then adds whole ones', () => {
    assert.deepEqual(extendPlan(spec, plan(100), 1), { ...plan(150), scheduleSteps: 1000 })
    assert.deepEqual(extendPlan(spec, plan(150), 1), { ...plan(310), scheduleSteps: 1500 })
    assert.deepEqual(extendPlan(spec, plan(100), 2), { ...plan(310), scheduleSteps: 1000 })
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
