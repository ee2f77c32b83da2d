/*
 * How long a 1,000-point view of any window of a series of ten million points takes: with everything in memory, and
 * right after opening the file with the system's file cache dropped (where the system lets us).
 */
import { writeFileSync } from 'node:fs'
import { random } from '../../shared/random.ts'
import type { Store } from '../../src-main/store/types.ts'
import { benchStore, type Figure, metricsEvent, percentile, report } from './store-support.ts'

const STEPS = 10_000_000
const POINTS = 1000
const rng = random(1, 'windows')
const bench = benchStore()

const filling = performance.now()
for (let step = 0, seq = 0; step < STEPS; step += 5000)
  bench.store.record([metricsEvent(bench.run, seq++, step, 5000, ['lr', 'momentum', 'loss', 'accuracy'])])
const filled = (performance.now() - filling) / 1000

interface Window {
  readonly fromStep: number
  readonly toStep: number
}

/** Sizes from ten steps to all of them, evenly over their orders of magnitude. */
function randomWindow(): Window {
  const size = Math.min(STEPS, Math.round(10 ** (1 + rng.next() * (Math.log10(STEPS) - 1))))
  const fromStep = rng.below(STEPS - size + 1)
  return { fromStep, toStep: fromStep + size - 1 }
}

function timed(store: Store, window: Window, series = 'loss', pinned: readonly number[] = []): number {
  const start = performance.now()
  const view = store.read.series({ runId: bench.run.id, series, points: POINTS, pinned, ...window })
  const time = performance.now() - start
  if (view.total === 0 || view.steps.length > POINTS) throw new Error('The view is not what was asked for.')
  return time
}

function dropFileCache(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3')
    return true
  } catch {
    return false
  }
}

const whole = { fromStep: 0, toStep: STEPS - 1 }
// The sizes at which the summaries step down a level are where most has to be read.
const edges = [63_999, 64_001, 4_095_000, 4_097_000].map((size) => ({ fromStep: 1234, toStep: 1233 + size }))

const warmStore = bench.reopen()
const first = timed(warmStore, whole)
const warm = [...edges, ...Array.from({ length: 400 }, randomWindow)].map((window) =>
  timed(warmStore, window),
)

let isCold = true
const cold = [whole, ...edges, ...Array.from({ length: 25 }, randomWindow)].map((window) => {
  const store = bench.reopen()
  isCold = dropFileCache() && isCold
  return timed(store, window)
})
// The points of thirty snapshots lie in as many chunks.
const pinned = Array.from({ length: 30 }, () => rng.below(STEPS))
const pinnedTimes = Array.from({ length: 20 }, () => timed(bench.reopen(), whole, 'loss', pinned))
const sparse = timed(bench.reopen(), whole, 'samplesPerSecond')

const name = isCold ? 'cold (file cache dropped)' : 'newly opened (file cache not dropped: not allowed here)'
const figures: Figure[] = [
  { name: 'whole series, first view after opening', value: first, unit: 'ms', atMost: 50 },
  { name: 'random windows, warm: median', value: percentile(warm, 0.5), unit: 'ms' },
  { name: 'random windows, warm: slowest', value: Math.max(...warm), unit: 'ms', atMost: 50 },
  { name: `${name}: median`, value: percentile(cold, 0.5), unit: 'ms' },
  { name: `${name}: slowest`, value: Math.max(...cold), unit: 'ms', atMost: 50 },
  {
    name: 'whole series with 30 pinned points, newly opened: slowest',
    value: Math.max(...pinnedTimes),
    unit: 'ms',
    atMost: 50,
  },
  { name: 'a series with one point in 5,000 steps, whole', value: sparse, unit: 'ms', atMost: 50 },
  { name: 'file: 4 series of ten million points', value: bench.size() / 1e6, unit: 'MB' },
  { name: 'filling it', value: filled, unit: 's' },
]
bench.remove()
report('Views of 1,000 points of 10 million', figures)
