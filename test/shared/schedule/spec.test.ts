import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  compileSchedule,
  findPreset,
  parseSchedule,
  presets,
  scheduleKinds,
} from '../../../shared/schedule/index.ts'

const plan = { totalSteps: 1000, stepsPerEpoch: 10 }
const refused = (input: unknown, message: RegExp) =>
  assert.throws(() => parseSchedule(input), { name: 'UserError', message })

describe('reading a schedule', () => {
  it('fills in the textbook defaults', () => {
    assert.deepEqual(parseSchedule({ kind: 'sgdr', lrMax: 0.1, t0: 10, profile: 'rex' }), {
      kind: 'sgdr',
      lrMax: 0.1,
      lrMin: 0,
      t0: 10,
      tMult: 1,
      profile: { shape: 'rex', beta: 0.5 },
      restartDecay: 1,
      endpoint: 'exclusive',
      stepping: 'onTime',
      unit: 'epoch',
      update: 'step',
    })
  })

  it('names the field, the rule and the value', () => {
    refused({ kind: 'sgdr', lrMax: 0.1, lrMin: 0.2, t0: 10 }, /lrMin: must be at most lrMax \(received 0.2\)/)
    refused({ kind: 'sgdr', lrMax: 0.1, t0: 10, tMult: 0.5 }, /tMult: must be at least 1 \(received 0.5\)/)
    refused({ kind: 'sdgr' }, /kind: must be one of .*sgdr.* \(received "sdgr"\)/)
    refused(
      { kind: 'cosine', lrStart: 0.1, lrend: 5 },
      /lrend: .*did you mean lrEnd\?.*lrStart, lrEnd, .*\(received 5\)/,
    )
    refused({ kind: 'linear', lrStart: 0.1, update: 'often' }, /update: must be "step", "epoch".*"often"/)
    refused({ kind: 'fractal', m: 1, M: 2, period: 12 }, /period: must be a power of two \(received 12\)/)
    refused(
      { kind: 'constant', lr: 0.1, momentum: { curve: 'inverse', low: 0.9, high: 0.8 } },
      /low: must be/,
    )
    refused({ kind: 'piecewise', values: [1], boundaries: [2] }, /values: there must be one value more/)
    refused({ kind: 'warmup', length: 1, schedule: { kind: 'cosine' } }, /schedule\.lrStart/)
    refused({ kind: 'chain', lr: 1, factors: [{ kind: 'plateau', lr: 1 }] }, /factors\.0\.kind: plateau/)
    refused(null, /received null/)
  })

  it('refuses hostile sizes before recursing into them', () => {
    let deep: object = { kind: 'constant', lr: 1 }
    for (let i = 0; i < 100_000; i++) deep = { kind: 'warmup', length: 1, schedule: deep }
    refused(deep, /nested deeper than 24 levels/)
    refused({ kind: 'piecewise', values: new Array(1e5).fill(1), boundaries: [] }, /more than 20000 values/)
    refused({ kind: 'formula', expression: '('.repeat(501) }, /expression: .*500/)
    const tiny = parseSchedule({ kind: 'sgdr', lrMax: 1, t0: 1e-6, unit: 'step' })
    assert.throws(() => compileSchedule(tiny, plan), { name: 'UserError', message: /at least 0.01 steps/ })
    const bursting = { kind: 'step', lr: 1, stepSize: 1, gamma: 100, unit: 'step' }
    const calm = { kind: 'constant', lr: 0.1 }
    const inThe = (middle: object) => ({
      kind: 'sequence',
      unit: 'step',
      pieces: [{ schedule: calm, length: 1 }, { schedule: middle, length: 400 }, { schedule: calm }],
    })
    const overflows = [
      bursting,
      inThe(bursting),
      inThe({ ...bursting, lr: 0 }),
      { kind: 'chain', lr: 1, factors: [bursting, { kind: 'linear', lrStart: 1, length: 1 }] },
      { kind: 'geometric', lrStart: 5e-324, lrEnd: 1 },
    ]
    for (const input of overflows) {
      assert.throws(() => compileSchedule(parseSchedule(input), plan), {
        name: 'UserError',
        message: /finite at every step/,
      })
    }
  })

  it('refuses plans and steps that do not exist', () => {
    const spec = parseSchedule({ kind: 'constant', lr: 1 })
    for (const totalSteps of [0, 1.5, Number.NaN, 2e9]) {
      assert.throws(() => compileSchedule(spec, { ...plan, totalSteps }), {
        name: 'UserError',
        message: /totalSteps/,
      })
    }
    const compiled = compileSchedule(spec, plan)
    for (const step of [-1, 1000, 0.5, Number.NaN]) assert.throws(() => compiled.at(step), RangeError)
  })
})

describe('a formula', () => {
  const formula = (expression: string) => parseSchedule({ kind: 'formula', expression, base: 0.5 })

  it('knows the documented variables', () => {
    const compiled = compileSchedule(formula('base + t + 10 * T + u + epoch + K + x - pi + pi'), plan)
    assert.ok(Math.abs(compiled.at(505).lr - (0.5 + 505 + 10_000 + 0.505 + 50.5 + 10 + 50.5)) < 1e-9)
  })

  it('is arithmetic and nothing else', () => {
    const attacks =
      'a = 1|t.constructor|f(x) = x|"text"|[1, 2]|t; 2|import("fs")|createUnit("x")|evaluate("1")|t["constructor"]|{a: 1}|1:3|t!|not t|nothing|2 cm|i|t(2)|true|t == 3 ? t.x : 1'
    for (const expression of attacks.split('|')) {
      assert.throws(() => compileSchedule(formula(expression), plan), {
        name: 'UserError',
        message: /reading the schedule formula/,
      })
    }
  })

  it('is refused in words of its own', () => {
    const reasons: [string, RegExp][] = [
      ['base * (1 - u', /: an opening bracket is never closed;/],
      ['t)', /: a closing bracket has no opening one/],
      ['base * x *', /: it breaks off: something is missing at its end;/],
      ['0.1 0.2', /: an operator or a value is missing near "0.1 0.2";/],
      ['* base', /: a value is missing before \*;/],
      ['sin(1, 2)', /: sin takes one value, not several;/],
      ['(t, 1)', /: a comma may only stand between the values of max and min;/],
      ['max', /: max is a function and needs a value in brackets/],
      ['base * abs', /: abs is a function and needs/],
      ['max()', /: max is a function and needs/],
      ['t = 5', /: = is not allowed; compare with ==;/],
      ['t == 5', /: its value is true or false, not a rate/],
      ['t(2)', /: a bracket follows what is no function/],
      ['t.x', /: \. is not allowed;/],
    ]
    for (const [expression, message] of reasons) {
      assert.throws(() => compileSchedule(formula(expression), plan), { name: 'UserError', message })
    }
    const chosen = compileSchedule(formula('t == 5 ? 1 : t != 6 ? .25 : cos u'), plan)
    assert.deepEqual([chosen.at(4).lr, chosen.at(5).lr, chosen.at(6).lr], [0.25, 1, Math.cos(0.006)])
  })

  it('names the step where its value cannot be a rate', () => {
    const message = /rate at step 501 must be a finite number of at least 0/
    assert.throws(() => compileSchedule(formula('500 - t'), plan), { name: 'UserError', message })
    assert.throws(() => compileSchedule(formula('1 / t'), plan), { message: /at step 0 .*Infinity/ })
    // Too long a run to try every step when compiling: the step itself still says so.
    const long = { totalSteps: 1e8, stepsPerEpoch: 1 }
    const hidden = compileSchedule(formula('(t > 12344) * (t < 12346) > 0 ? -1 : 1'), long)
    assert.throws(() => hidden.at(12345), { name: 'UserError', message: /at step 12345/ })
  })
})

describe('presets', () => {
  it('have ids of their own, sources, and compile at any budget', () => {
    assert.equal(new Set(presets.map((preset) => preset.id)).size, presets.length)
    for (const { id, source, spec } of presets) {
      assert.ok(source.length > 10, id)
      for (const totalSteps of [1, 7, 1000]) {
        const compiled = compileSchedule(spec, { totalSteps, stepsPerEpoch: 5 })
        assert.ok(compiled.at(totalSteps - 1).lr >= 0, id)
      }
    }
    assert.equal(findPreset('sgdr-10-2').spec.kind, 'sgdr')
    assert.throws(() => findPreset('sgd'), { name: 'UserError', message: /choose one of .*sgdr-10-2/ })
  })

  it('are what their sources say', () => {
    const ends = (id: string, epochs: number) =>
      compileSchedule(findPreset(id).spec, { totalSteps: epochs, stepsPerEpoch: 1 }).cycles.map((c) => c.end)
    assert.deepEqual(ends('sgdr-10-2', 150), [10, 30, 70, 150])
    assert.deepEqual(ends('sgdr-1-2', 127), [1, 3, 7, 15, 31, 63, 127])
    assert.deepEqual(ends('snapshot-6', 300), [50, 100, 150, 200, 250, 300])
    const fastai = compileSchedule(findPreset('one-cycle-fastai').spec, { totalSteps: 100, stepsPerEpoch: 1 })
    assert.ok(Math.abs(fastai.at(99).lr - 0.1 / 1e5) < 1e-15)
    assert.equal(fastai.at(24).lr, 0.1)
    assert.equal(fastai.at(24).momentum, 0.85)
    const popular = compileSchedule(findPreset('rex-popular').spec, { totalSteps: 10, stepsPerEpoch: 1 })
    assert.ok(Math.abs(popular.at(5).lr - (0.1 * 0.5) / (0.5 + 0.5 * (1 - 0.9 * 0.5))) < 1e-12)
  })

  it('offer every kind a name of its own', () => {
    assert.equal(new Set(scheduleKinds).size, scheduleKinds.length)
    assert.ok(scheduleKinds.length >= 25)
  })
})
