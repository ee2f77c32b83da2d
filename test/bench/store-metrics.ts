/* How many scalars a second the store takes, from events of the size a fast and a slow trainer send. */
import { benchStore, type Figure, metricsEvent, percentile, report } from './store-support.ts'

const NAMES = ['lr', 'momentum', 'loss', 'accuracy']

/** Records events of `steps` steps and gives the milliseconds each took. The events are made outside the clock. */
function recordAll(events: number, steps: number): { times: number[]; bytes: number } {
  const bench = benchStore()
  const times: number[] = []
  for (let seq = 0; seq < events; seq++) {
    const event = metricsEvent(bench.run, seq, seq * steps, steps, NAMES)
    const start = performance.now()
    if (!bench.store.record([event])) throw new Error('The event was refused.')
    times.push(performance.now() - start)
  }
  // With nobody else on it, closing folds the log into the file.
  bench.reopen()
  const bytes = bench.size()
  bench.remove()
  return { times, bytes }
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

const large = { events: 2500, steps: 1000 }
const small = { events: 4000, steps: 20 }
const fast = recordAll(large.events, large.steps)
const slow = recordAll(small.events, small.steps)
const scalars = large.events * large.steps * NAMES.length

const figures: Figure[] = [
  {
    name: 'written, 4 series x 1000 steps an event',
    value: (scalars / total(fast.times)) * 1000,
    unit: 'scalars/s',
    atLeast: 1_000_000,
  },
  { name: 'the same, one event: median', value: percentile(fast.times, 0.5), unit: 'ms' },
  { name: 'the same, one event: slowest', value: Math.max(...fast.times), unit: 'ms' },
  { name: 'file, with its summaries', value: fast.bytes / (scalars / 1e6) / 1e6, unit: 'MB a million' },
  { name: '4 series x 20 steps an event: median', value: percentile(slow.times, 0.5), unit: 'ms an event' },
  {
    name: '4 series x 20 steps an event: 99 of 100',
    value: percentile(slow.times, 0.99),
    unit: 'ms an event',
  },
  {
    name: 'part of the host that a trainer at 4 events a second takes',
    value: (total(slow.times) / small.events / 250) * 100,
    unit: '%',
    atMost: 1,
  },
]
report('Metrics written through record', figures)
