/*
 * How long views of a smoothed series take: the first one of ten million points, the ones after it, and, while a run grows, one
 * after every 200 new steps at step 1,000 and at step 1,000,000.
 */
import type { Smoothing } from '../../shared/api/series.ts'
import { random } from '../../shared/random.ts'
import { benchStore, type Figure, metricsEvent, percentile, report } from './store-support.ts'

const STEPS = 10_000_000
const POINTS = 600
const LOOKS = 20
const rng = random(1, 'smoothed windows')
const bench = benchStore()
const columns = ['lr', 'momentum', 'loss', 'accuracy']
const figures: Figure[] = []
let seq = 0
let end = 0

const kinds: readonly (readonly [string, Smoothing])[] = [
  ['exponential 0.99', { kind: 'ema', weight: 0.99 }],
  ['window of 1,000 steps', { kind: 'window', steps: 1000 }],
  ['window of 100,000 steps', { kind: 'window', steps: 100_000 }],
]

function grow(to: number): void {
  for (; end < to; end += Math.min(5000, to - end))
    bench.store.record([metricsEvent(bench.run, seq++, end, Math.min(5000, to - end), columns)])
}

function timed(smoothing: Smoothing, fromStep = 0, toStep = end): number {
  const start = performance.now()
  const query = { runId: bench.run.id, series: 'loss', points: POINTS, smoothing, fromStep, toStep }
  const view = bench.store.read.series(query)
  const time = performance.now() - start
  if (view.total === 0 || view.steps.length > POINTS) throw new Error('The view is not what was asked for.')
  return time
}

/** Looks at a run that has 200 more steps each time. */
function liveLooks(smoothing: Smoothing): number {
  timed(smoothing)
  const times = Array.from({ length: LOOKS }, () => {
    grow(end + 200)
    return timed(smoothing)
  })
  return percentile(times, 0.5)
}

for (const length of [1000, 1_000_000]) {
  for (const [name, smoothing] of kinds) {
    grow(Math.max(end, length))
    const at = length.toLocaleString('en')
    figures.push({
      name: `${name}: live at step ${at}, median`,
      value: liveLooks(smoothing),
      unit: 'ms',
      atMost: 50,
    })
  }
}
grow(STEPS)
for (const [name, smoothing] of kinds) {
  // Another smoothing by a hair: nothing of it is known yet.
  const fresh: Smoothing =
    smoothing.kind === 'ema'
      ? { ...smoothing, weight: 0.98 }
      : { kind: 'window', steps: stepsOf(smoothing) + 2 }
  figures.push({
    name: `${name}: first view of 10 million points`,
    value: timed(fresh),
    unit: 'ms',
    atMost: 1500,
  })
  const windows = Array.from({ length: 100 }, () => {
    const size = Math.min(STEPS, Math.round(10 ** (1 + rng.next() * (Math.log10(STEPS) - 1))))
    const fromStep = rng.below(STEPS - size + 1)
    return timed(fresh, fromStep, fromStep + size - 1)
  })
  figures.push(
    { name: `${name}: random windows after it, median`, value: percentile(windows, 0.5), unit: 'ms' },
    { name: `${name}: slowest`, value: Math.max(...windows), unit: 'ms', atMost: 150 },
  )
}
bench.remove()
report('Smoothed views of 600 points', figures)

function stepsOf(smoothing: Smoothing): number {
  return smoothing.kind === 'window' ? smoothing.steps : 0
}
