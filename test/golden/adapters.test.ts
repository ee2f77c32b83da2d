import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileSchedule, parseSchedule } from '../../shared/schedule/index.ts'
import { runGolden } from './runGolden.ts'

/** Corners of the reference's formulas that the tables here happen not to touch. */
describe('reading golden cases', () => {
  it('takes the rate form of an exponential in t/T, whatever its endpoint', () => {
    const schedule = {
      type: 'exponentialDecay',
      form: 'rate',
      lrStart: 0.9,
      lrEnd: 0.1,
      k: 5,
      endpoint: 'inclusive',
    }
    const { lr } = runGolden({ name: 'rate', schedule, totalSteps: 20, stepsPerEpoch: 1 })
    lr.forEach((value, t) => {
      assert.ok(Math.abs(value - (0.1 + 0.8 * Math.exp((-5 * t) / 20))) < 1e-15)
    })
  })

  it("follows PyTorch's recursion below 0", () => {
    const [tMax, eta, b] = [28, 0.01, 0.75]
    const schedulers = [
      { type: 'cosine', tMax, etaMin: eta },
      { type: 'exponential', gamma: 0.9 },
    ]
    const schedule = { type: 'chained', baseLr: b, schedulers, interval: 'step' }
    const { lr } = runGolden({ name: 'below 0', schedule, totalSteps: 40, stepsPerEpoch: 1 })
    const want = [b]
    for (let e = 1; e < 40; e++) {
      const last = want[e - 1] ?? 0
      const turns = (e - 1 - tMax) % (2 * tMax) === 0
      const ratio = (1 + Math.cos((Math.PI * e) / tMax)) / (1 + Math.cos((Math.PI * (e - 1)) / tMax))
      want.push(
        0.9 * (turns ? last + ((b - eta) * (1 - Math.cos(Math.PI / tMax))) / 2 : ratio * (last - eta) + eta),
      )
    }
    assert.ok(Math.min(...want) < 0)
    lr.forEach((value, e) => {
      assert.ok(Math.abs(value - (want[e] ?? 0)) <= 1e-9 * Math.abs(want[e] ?? 0) + 1e-12)
    })
  })

  it('leaves rates below 0 to those who ask for them', () => {
    const factors = [
      { kind: 'cosine', lrStart: 1, lrEnd: 0.02, length: 28, unit: 'step', afterEnd: 'mirror' },
      { kind: 'exponential', lr: 1, gamma: 0.9, unit: 'step' },
    ]
    const chain = { kind: 'chain', lr: 0.75, factors, combine: 'recursive' }
    const plan = { totalSteps: 40, stepsPerEpoch: 1 }
    assert.throws(() => compileSchedule(parseSchedule(chain), plan), {
      name: 'UserError',
      message: /at least 0 at every tick/,
    })
    const kept = compileSchedule(parseSchedule({ ...chain, negative: 'keep' }), plan)
    assert.ok(kept.range.lrMin < 0)
  })

  it('has Demon from a momentum of 1', () => {
    const schedule = { type: 'demon', lr: 0.1, momentumInit: 1, delayFraction: 0.25 }
    const { momentum } = runGolden({ name: 'demon', schedule, totalSteps: 100, stepsPerEpoch: 1 })
    assert.equal(momentum?.length, 100)
    for (const value of momentum ?? []) assert.ok(Math.abs(value - 1) < 1e-12)
  })
})
