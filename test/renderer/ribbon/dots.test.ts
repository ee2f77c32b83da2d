import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dotWords, withDot } from '../../../src-renderer/ribbon/dots.ts'
import { compiledOfRun, dotsOfRun, ribbonOfRun } from '../../../src-renderer/ribbon/ribbonOf.ts'
import { evenPlaces } from '../../../src-renderer/ribbon/sample.ts'
import { runWith, snapshot } from '../pages/run/runs.ts'

const plain = (text: string | undefined): string | undefined => text?.replaceAll('\u202f', ' ')

/** Cycles of two steps each. */
const manyCycles = (cycles: number, stepsDone: number, best: number) => {
  const totalSteps = 2 * cycles
  return runWith(
    {
      planned: { plan: { totalSteps, stepsPerEpoch: 10, scheduleSteps: totalSteps }, edits: [] },
      stepsDone,
      snapshots: Array.from({ length: Math.floor(stepsDone / 2) }, (_, i) => ({
        ...snapshot(i + 1, i + 1, 2 * i + 1),
        valAccuracy: i + 1 === best ? 0.95 : 0.9,
      })),
    },
    { kind: 'sgdr', lrMax: 0.1, t0: 2, unit: 'step' },
  )
}

test('of more snapshots than there is room for, an even choice is drawn, and it says so', () => {
  const run = manyCycles(2000, 2400, 777)
  const ribbon = ribbonOfRun(run)
  assert.equal(ribbon.dots.length, 500)
  assert.equal(plain(dotWords(ribbon)), '500 of 2 000 snapshots drawn')
  assert.deepEqual(
    [ribbon.dots[0]?.name, ribbon.dots.at(-1)?.name, ribbon.dots.find(({ state }) => state === 'best')?.name],
    ['cycle 1', 'cycle 2000', 'cycle 777'],
  )
  const cycleOf = (step = 0): number => (compiledOfRun(run).cycleAt(step)?.index ?? 0) + 1
  const gaps = ribbon.dots.slice(1).map(({ step }, i) => cycleOf(step) - cycleOf(ribbon.dots[i]?.step))
  assert.ok(
    gaps.every((gap) => gap >= 1 && gap <= 5),
    String(gaps),
  )
  // Each stands at its own rate, the lowest of its cycle, also where the curve leaves its cycle out.
  const { lr } = compiledOfRun(run).at(1)
  assert.deepEqual(new Set(ribbon.dots.map(({ rate }) => rate)), new Set([lr]))
  // As it trains on, the dots stay where they are and only fill.
  const later = ribbonOfRun(manyCycles(2000, 2600, 777))
  assert.deepEqual(
    later.dots.map(({ step }) => step),
    ribbon.dots.map(({ step }) => step),
  )
  // The list beside it has them all, and one that is chosen there is drawn too.
  const { past, coming } = dotsOfRun(run)
  assert.deepEqual([past.length, coming.length], [1200, 800])
  const hidden = past.find(({ step }) => ribbon.dots.every((dot) => dot.step !== step))
  const shown = withDot(ribbon, hidden)
  assert.equal(shown.dots.length, 501)
  assert.ok(shown.dots.some(({ snapshotId }) => snapshotId === hidden?.snapshotId))
})

test('as many as there is room for are all drawn, without words', () => {
  const ribbon = ribbonOfRun(manyCycles(500, 0, 0))
  assert.deepEqual(
    ribbon.dots.map(({ name }) => name),
    Array.from({ length: 500 }, (_, i) => `cycle ${i + 1}`),
  )
  assert.equal(dotWords(ribbon), undefined)
})

test('a snapshot an epoch is counted whole, to the last step', () => {
  const run = runWith({}, { kind: 'constant', lr: 0.1 })
  const spec = { ...run.spec, snapshots: { at: 'epochs' as const, every: 1 } }
  const totalSteps = 12_345
  const planned = { plan: { totalSteps, stepsPerEpoch: 10, scheduleSteps: totalSteps }, edits: [] }
  const { dots, dotCount } = ribbonOfRun({ ...run, spec, planned, totalSteps, stepsDone: 0 })
  assert.deepEqual([dotCount, dots[0]?.step, dots.at(-1)?.step], [1235, 9, totalSteps - 1])
  assert.deepEqual([dots[0]?.name, dots.at(-1)?.name], ['epoch 1', 'epoch 1234.5'])
})

test('places taken are few enough, ascending, in the list, and have both ends and what is to be kept', () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.integer({ min: 5, max: 600 }), fc.nat(4999), (length, most, kept) => {
      const keep = kept < length ? [kept] : []
      const places = evenPlaces(length, most, keep)
      assert.ok(places.length <= most)
      assert.ok(places.every((place, i) => Number.isInteger(place) && place > (places[i - 1] ?? -1)))
      for (const place of length > 0 ? [0, length - 1, ...keep] : []) assert.ok(places.includes(place))
    }),
  )
})
