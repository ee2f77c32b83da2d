import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  compileSchedule,
  type Handle,
  handlesOf,
  parseSchedule,
  presets,
  type ScheduleSpec,
} from '../../../shared/schedule/index.ts'
import { openPart, type Selection } from '../../../src-renderer/pages/new-run/model/selection.ts'
import { getAt, setAt } from '../../../src-renderer/pages/new-run/model/tree.ts'

const plan = { totalSteps: 1680, stepsPerEpoch: 140 }

const handles = (spec: ScheduleSpec, selection: Selection = {}): Handle[] => {
  const compiled = compileSchedule(spec, plan)
  return handlesOf(spec, plan, openPart(selection), (step) => compiled.at(step).lr)
}
const find = (spec: ScheduleSpec, label: string, selection: Selection = {}): Handle => {
  const found = handles(spec, selection).find((handle) => handle.label === label)
  assert.ok(found, label)
  return found
}
/** The schedule with the handle moved to where `place` is. */
const moved = (spec: ScheduleSpec, handle: Handle, place: number): ScheduleSpec => {
  const run = setAt({ schedule: spec }, handle.path, handle.valueFor(place))
  return parseSchedule(getAt(run, ['schedule']))
}

const more = [
  { kind: 'cyclical', lrMin: 0.01, lrMax: 0.1, stepUp: 2 },
  { kind: 'cyclical', lrMin: 0.01, lrMax: 0.1, stepUp: 2, stepDown: 3 },
  { kind: 'sgdr', lrMax: 0.05, t0: 3, lrMin: 0.001 },
  { kind: 'sgdr', lrMax: 0.05, t0: 1.5, tMult: 2 },
  { kind: 'snapshot', lrMax: 0.1, cycles: 4 },
  { kind: 'oneCycle', lrMax: 0.1 },
  { kind: 'piecewise', values: [0.1, 0.05, 0.01], boundaries: [4, 8] },
  { kind: 'multiStep', lr: 0.1, milestones: [4, 8] },
  { kind: 'step', lr: 0.1, stepSize: 300, unit: 'step' },
  { kind: 'cosine', lrStart: 0.1, lrEnd: 0.01, length: 8, delay: 0.25 },
  { kind: 'noam', lr: 0.05, warmup: 3 },
  { kind: 'inverseSqrt', lr: 0.1, timescale: 2, offset: 3 },
  { kind: 'fractal', m: 0.05, M: 1, scale: 0.01 },
  { kind: 'warmup', length: 2, schedule: { kind: 'sgdr', lrMax: 0.05, t0: 5 } },
  {
    kind: 'chain',
    lr: 0.5,
    factors: [
      { kind: 'cosine', lrStart: 0.1 },
      { kind: 'step', lr: 1, stepSize: 4 },
    ],
  },
].map(parseSchedule)

test('a handle put where it stands changes nothing, but for rounding to what it may hold', () => {
  for (const spec of [...presets.map((preset) => preset.spec), ...more]) {
    for (const handle of handles(spec)) {
      const again = handle.valueFor(handle.axis === 'rate' ? handle.rate : handle.step)
      const near =
        Math.abs(again - handle.value) <=
        Math.max(0.06 * Math.abs(handle.value), handle.axis === 'time' ? 5 : 0)
      assert.ok(near, `${spec.kind} ${handle.label}: ${handle.value} became ${again}`)
      assert.equal(getAt({ schedule: spec }, handle.path), handle.value, `${spec.kind} ${handle.label}`)
    }
  }
})

test('wherever a handle is dragged to, the schedule is one that compiles', () => {
  for (const spec of [...presets.map((preset) => preset.spec), ...more]) {
    for (const handle of handles(spec)) {
      const places = handle.axis === 'rate' ? [0, 0.001, 0.02, 0.3, 5] : [0, 1, 400, 900, 1679]
      for (const place of places) {
        const run = setAt({ schedule: spec }, handle.path, handle.valueFor(place))
        const tree = getAt(run, ['schedule'])
        compileSchedule(parseSchedule(tree), plan).at(0)
      }
    }
  }
})

test('the handle of the highest rate stands on the curve, and the curve follows it', () => {
  for (const spec of more.filter(
    ({ kind }) => kind === 'cyclical' || kind === 'sgdr' || kind === 'snapshot',
  )) {
    const handle = find(spec, 'Highest rate')
    const { at } = compileSchedule(spec, plan)
    assert.ok(Math.abs(at(Math.round(handle.step)).lr - handle.rate) < 1e-12, spec.kind)
    const { range } = compileSchedule(moved(spec, handle, 0.2), plan)
    assert.equal(range.lrMax, 0.2)
  }
  const one = parseSchedule({ kind: 'oneCycle', lrMax: 0.1, pctStart: 0.25 })
  const peak = find(one, 'Highest rate')
  assert.equal(peak.step, 419)
  assert.ok(Math.abs(compileSchedule(one, plan).at(419).lr - 0.1) < 1e-12)
  assert.ok(Math.abs(compileSchedule(one, plan).at(0).lr - find(one, 'First rate').rate) < 1e-12)
  assert.ok(Math.abs(compileSchedule(one, plan).at(1679).lr - find(one, 'Last rate').rate) < 1e-12)
})

test('the end of the first cycle is where the compiled cycle ends, before and after a drag', () => {
  for (const spec of more.filter(
    ({ kind }) => kind === 'cyclical' || kind === 'sgdr' || kind === 'snapshot',
  )) {
    const handle = find(spec, 'End of the first cycle')
    assert.equal(handle.step, compileSchedule(spec, plan).cycles[0]?.end, spec.kind)
    const next = moved(spec, handle, 560)
    assert.equal(compileSchedule(next, plan).cycles[0]?.end, 560, spec.kind)
  }
})

test('a second cycle dragged to twice the first one makes the multiplier 2', () => {
  const spec = parseSchedule({ kind: 'sgdr', lrMax: 0.05, t0: 3 })
  const next = moved(spec, find(spec, 'End of the second cycle'), 3 * 420)
  assert.equal(next.kind === 'sgdr' && next.tMult, 2)
  assert.equal(compileSchedule(next, plan).cycles[1]?.end, 1260)
})

test('the peak of 1cycle and of a triangle lies where it is dragged to', () => {
  const one = parseSchedule({ kind: 'oneCycle', lrMax: 0.1 })
  const later = compileSchedule(moved(one, find(one, 'Peak'), 0.5 * 1680), plan)
  assert.ok(Math.abs(later.at(839).lr - 0.1) < 1e-12)
  const triangle = parseSchedule({ kind: 'cyclical', lrMin: 0.01, lrMax: 0.1, stepUp: 2, stepDown: 3 })
  const next = compileSchedule(moved(triangle, find(triangle, 'Peak'), 420), plan)
  assert.ok(Math.abs(next.at(420).lr - 0.1) < 1e-12)
})

test('handles of a part lie behind what stands before it, and only those of the open part are there', () => {
  const spec = parseSchedule({
    kind: 'sequence',
    pieces: [
      { schedule: { kind: 'cosine', lrStart: 0.1 }, length: 4 },
      { schedule: { kind: 'sgdr', lrMax: 0.05, t0: 2 } },
    ],
  })
  const second = { schedule: 1 }
  assert.equal(find(spec, 'End of part 1').step, 560)
  assert.equal(find(spec, 'Highest rate', second).step, 560)
  assert.equal(find(spec, 'End of the first cycle', second).step, 560 + 280)
  assert.equal(
    handles(spec).some(({ label }) => label === 'Highest rate'),
    false,
  )
  const next = moved(spec, find(spec, 'End of part 1'), 700)
  assert.equal(compileSchedule(next, plan).at(700).lr, 0.05)
})

test('a warm-up’s start and end stand on the curve', () => {
  const spec = parseSchedule({
    kind: 'warmup',
    length: 2,
    startFactor: 0.2,
    schedule: { kind: 'cosine', lrStart: 0.1 },
  })
  const { at } = compileSchedule(spec, plan)
  const start = find(spec, 'Start of the warm-up')
  assert.ok(Math.abs(start.rate - at(0).lr) < 1e-12)
  assert.equal(find(spec, 'End of the warm-up').step, 280)
  const next = compileSchedule(moved(spec, start, 0.05), plan)
  assert.ok(Math.abs(next.at(0).lr - 0.05) < 1e-12)
})

test('rates inside a chain are factors, not rates of the curve: only times of it can be dragged', () => {
  const spec = parseSchedule({ kind: 'chain', lr: 0.5, factors: [{ kind: 'step', lr: 0.2, stepSize: 4 }] })
  assert.deepEqual(
    handles(spec).map(({ label }) => label),
    ['Rate', 'First step down'],
  )
  const rate = find(spec, 'Rate')
  assert.equal(rate.rate, 0.1)
  assert.equal(compileSchedule(moved(spec, rate, 0.05), plan).at(0).lr, 0.05)
})

test('a handle says its value rounded and in words', () => {
  const sgdr = parseSchedule({ kind: 'sgdr', lrMax: 0.0512345678, t0: 0.4923809523809, tMult: 1.5 })
  const texts = Object.fromEntries(handles(sgdr).map(({ label, text }) => [label, text]))
  assert.deepEqual(texts, {
    'Highest rate': 'rate 0.05123',
    'Lowest rate': 'rate 0',
    'End of the first cycle': '0.4924 epochs',
    'End of the second cycle': '1.5 times as long as the first',
  })
  const pieces = [{ schedule: { kind: 'constant', lr: 0.1 }, length: 0.4923809523809 }, { schedule: sgdr }]
  const part = find(parseSchedule({ kind: 'sequence', unit: 'budget', pieces }), 'End of part 1')
  assert.equal(part.text, '49.2 % of the budget')
})

test('keys move every handle the way they point, whatever its parameter does', () => {
  for (const spec of more) {
    for (const handle of handles(spec)) {
      const place = (value: number): number => {
        const next = setAt({ schedule: spec }, handle.path, value)
        const tree = parseSchedule(getAt(next, ['schedule']))
        const found = handles(tree).find(
          ({ label, path }) => label === handle.label && path.join() === handle.path.join(),
        )
        assert.ok(found)
        return handle.axis === 'rate' ? found.rate : found.step
      }
      const here = place(handle.value)
      const isInverse = /divFactor/i.test(String(handle.path.at(-1)))
      const up = handle.nudge(1, false)
      assert.ok(up !== handle.value || handle.value === handle.most, `${spec.kind} ${handle.label}`)
      if (!isInverse && up <= handle.most && !/Lowest/.test(handle.label)) {
        assert.ok(place(up) > here || up === handle.value, `${spec.kind} ${handle.label} up`)
      }
      const down = handle.nudge(-1, false)
      if (down >= handle.least && down !== handle.value && handle.label !== 'Highest rate') {
        assert.ok(place(down) < here, `${spec.kind} ${handle.label} down`)
      }
    }
  }
})

test('a rate at 0 can be lifted by key, and a small one goes down by ever smaller steps', () => {
  const spec = parseSchedule({ kind: 'sgdr', lrMax: 0.05, t0: 3 })
  assert.ok(find(spec, 'Lowest rate').nudge(1, false) > 0)
  const top = find(spec, 'Highest rate')
  assert.ok(top.nudge(-1, true) < top.nudge(-1, false))
})
