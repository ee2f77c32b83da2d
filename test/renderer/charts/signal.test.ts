import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../../shared/random.ts'
import { edgeMarks, furthest } from '../../../src-renderer/charts/outside.ts'
import { yScale } from '../../../src-renderer/charts/scale.ts'
import { frameSignal, signalLimits } from '../../../src-renderer/charts/signal.ts'
import type { ChartSeries } from '../../../src-renderer/charts/types.ts'

const steps = 300
const x = Array.from({ length: steps }, (_, i) => i)
const within = [0, steps - 1] as const
const line = (id: string, value: (step: number) => number | null): ChartSeries => ({
  id,
  label: id,
  x,
  y: x.map(value),
})

/** Falls from 5.5 within some ten steps, then from 0.6 to 0.2. */
const falling = line('falling', (step) => 0.2 + 0.4 * (1 - step / steps) + 4.9 * Math.exp(-step / 4))

test('the first steps of a run do not rule the axis', () => {
  const limits = signalLimits([falling], { within })
  assert.ok(limits !== undefined)
  assert.ok(limits[0] <= 0.21 && limits[0] > 0.19, String(limits))
  assert.ok(limits[1] < 0.8 && limits[1] > 0.56, String(limits))
  const { domain } = yScale({ label: 'nats', frame: 'signal' }, [falling], within, 6)
  assert.deepEqual(domain, [0.2, 0.7])
  assert.ok(yScale({ label: 'nats' }, [falling], within, 6).domain[1] >= 5.5)
})

test('a burst and a dip lie outside, and what all values share stays as it is', () => {
  const steady = line('steady', (step) => (step === 150 ? 40 : step === 200 ? -40 : Math.sin(step / 9)))
  const limits = signalLimits([steady], { within })
  assert.ok(limits !== undefined && limits[0] >= -1 && limits[1] <= 1, String(limits))
  const even = line('even', (step) => step)
  assert.equal(frameSignal([even], { within }), undefined)
  assert.equal(frameSignal([line('flat', () => 3)], { within }), undefined)
  assert.equal(frameSignal([line('nothing', () => null)], { within }), undefined)
  assert.equal(frameSignal([], { within }), undefined)
})

test('bursts that last for a sixth of the run do not flatten the rest of it', () => {
  const bursting = line('bursting', (step) => (step % 60 < 10 ? 1e8 : 2.3 + 0.1 * Math.sin(step)))
  const limits = signalLimits([bursting], { within })
  assert.ok(limits !== undefined && limits[0] >= 2.1 && limits[1] <= 2.5, String(limits))
})

test('a run that diverged does not flatten the others, one that is merely worse is in the frame', () => {
  const runs = [0, 0.05, 0.1].map((more, i) => line(`run ${i}`, (step) => (falling.y[step] ?? 0) + more))
  const diverged = line('diverged', (step) => 2.3 + 1e6 * Number(step === 7))
  const worse = line('worse', (step) => (falling.y[step] ?? 0) + 0.9)
  const without = signalLimits(runs, { within, origin: 0 })
  assert.deepEqual(signalLimits([...runs, diverged], { within, origin: 0 }), without)
  assert.ok((signalLimits([...runs, worse], { within, origin: 0 })?.[1] ?? 0) > 1.4)
  // A run that trained before its loss went to infinity: it counts, what it came to does not.
  const late = line('late', (step) => (falling.y[step] ?? 0) + (step > 150 ? Math.exp((step - 150) / 5) : 0))
  const highest = signalLimits([...runs, late], { within, origin: 0 })?.[1] ?? 9
  assert.ok(highest < 3, `${highest}`)
  // Of two runs, the better one is the signal.
  const [best] = runs
  assert.ok(best !== undefined)
  assert.ok((signalLimits([best, diverged], { within, origin: 0 })?.[1] ?? 0) < 1)
  // Accuracies are as far apart as their errors.
  const shares = [line('good', () => 0.88), line('also good', () => 0.9), line('chance', () => 0.1)]
  assert.deepEqual(signalLimits(shares, { within, origin: 1 }), [0.88, 0.9])
})

test('the axis of a run that trains moves seldom, and shows its signal at every moment', () => {
  const rng = random(3, 'noise')
  const noisy = falling.y.map((value) => (value ?? 0) * (0.9 + 0.2 * rng.next()))
  let before: readonly [number, number] | undefined
  let moves = 0
  for (let done = 5; done <= steps; done++) {
    const part = { ...falling, x: x.slice(0, done), y: noisy.slice(0, done) }
    const { domain } = yScale({ label: '', frame: 'signal' }, [part], within, 6, { before })
    if (before !== undefined && domain.join() !== before.join()) moves++
    before = domain
    const limits = signalLimits([part], { within })
    assert.ok(limits !== undefined && domain[0] <= limits[0] && limits[1] <= domain[1], `at step ${done}`)
  }
  assert.ok(moves <= 12, `${moves} moves`)
  assert.ok((before?.[1] ?? 9) <= 1)
})

const area = {
  width: 566,
  height: 242,
  x: { kind: 'linear', domain: [0, 100], ticks: [] },
  y: { kind: 'linear', domain: [0, 1], ticks: [] },
} as const

test('what lies outside is marked at the edge with its number and its worst value', () => {
  const burst = { id: 'a', label: 'a', color: 'red', x: [0, 1, 2, 50, 99], y: [3, 5, 0.5, -2, null] }
  assert.deepEqual(edgeMarks([burst], area), [
    { edge: 'top', left: 5, value: 5, count: 2, color: 'red' },
    { edge: 'bottom', left: 250, value: -2, count: 1, color: 'red' },
  ])
  assert.equal(furthest(edgeMarks([burst], area), 'top')?.value, 5)
  assert.deepEqual(edgeMarks([{ ...burst, hidden: true }], area), [])
  const zoomed = { ...area, x: { ...area.x, domain: [10, 40] as const } }
  assert.deepEqual(edgeMarks([burst], zoomed), [])
})
