/*
 * What the window asks of the core, over a lab of 2,000 runs: the list it begins with, filled anew and kept, a change of
 * one run among them, and a step of one run's subscription when it has trained few epochs and very many.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrainerEvent } from '../../shared/run/messages.ts'
import { createServices } from '../../src-main/api/index.ts'
import { openCore } from '../../src-main/core.ts'
import type { RunRecord } from '../../src-main/store/types.ts'
import { benchStore, type Figure, metricsEvent, percentile, report } from './store-support.ts'

const figures: Figure[] = []
const timed = <T>(work: () => T): [milliseconds: number, result: T] => {
  const start = performance.now()
  const result = work()
  return [performance.now() - start, result]
}

await measureLists()
measureSteps()
report('Services of a lab of 2,000 runs', figures)

async function measureLists(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'anneal-services-'))
  try {
    seedElsewhere(home)
    const core = openCore({ home, db: join(home, 'anneal.db') })
    const services = createServices(core, 'browser')
    const [first, runs] = timed(() => services.runs.list({ of: 'current' }))
    const [again] = timed(() => services.runs.list({ of: 'current' }))
    const [written, text] = timed(() => JSON.stringify(runs))
    const version = core.store.read.version()
    core.store.write.annotate(runs[1000]?.id ?? '', { note: 'changed' })
    const [change, { changed }] = timed(() => core.store.read.changesSince(version))
    if (runs.length !== 2001 || changed.length !== 1) throw new Error('the lists are not what was stored')
    figures.push(
      { name: '2,000 summaries, right after opening', value: first, unit: 'ms', atMost: 150 },
      { name: 'the same again', value: again, unit: 'ms', atMost: 20 },
      { name: 'writing them as JSON', value: written, unit: 'ms', atMost: 30 },
      { name: 'their size', value: text.length / 1e6, unit: 'MB' },
      { name: 'a change of one of them', value: change, unit: 'ms', atMost: 5 },
    )
    await core.close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** By a process of its own: what it has parsed is not known to this one. */
function seedElsewhere(home: string): void {
  const file = JSON.stringify(new URL('seedLab.ts', import.meta.url))
  const sizes = '{ runs: 2000, longRunSteps: 100_000 }'
  const code = `import(${file}).then(({ seedLab }) => seedLab(${JSON.stringify(home)}, ${sizes}))`
  execFileSync(process.execPath, ['-e', code], { stdio: 'inherit' })
}

/** A step as the subscriptions of a page that shows the run take it: the run's own, and the list's. */
function measureSteps(): void {
  const bench = benchStore()
  const { store, run } = bench
  let epochs = 0
  let seq = 0
  const trainTo = (end: number): void => {
    while (epochs < end) {
      const events: TrainerEvent[] = []
      for (let i = 0; i < 1000 && epochs < end; i++) events.push(...epochEvents(run, ++epochs, () => seq++))
      store.record(events)
    }
  }
  const stepsAt = (end: number): number => {
    trainTo(end)
    let cursor = store.read.runSince(run.id)?.cursor
    let version = store.read.version()
    const times = Array.from({ length: 40 }, () => {
      trainTo(epochs + 1)
      const [time, news] = timed(() => {
        version = store.read.changesSince(version).version
        return store.read.runSince(run.id, cursor)
      })
      if (news?.epochs.length !== 1) throw new Error('a step tells the new epoch and no other')
      cursor = news.cursor
      return time
    })
    return percentile(times, 0.5)
  }
  for (const end of [10, 1000, 100_000])
    figures.push({
      name: `a step of a run with ${end.toLocaleString('en-US')} epochs`,
      value: stepsAt(end),
      unit: 'ms',
      atMost: 5,
    })
  bench.remove()
}

function epochEvents(run: RunRecord, epoch: number, seq: () => number): TrainerEvent[] {
  const accuracy = 1 - 1 / (1 + epoch / 10)
  const scores = { valLoss: 1, valAccuracy: accuracy, testLoss: 1, testAccuracy: accuracy }
  const envelope = () => ({ runId: run.id, attempt: run.attempt, seq: seq() })
  return [
    metricsEvent(run, seq(), (epoch - 1) * 10, 10, ['lr', 'momentum', 'loss', 'accuracy']),
    {
      ...envelope(),
      type: 'epoch',
      epoch,
      step: epoch * 10 - 1,
      trainLoss: 1,
      trainAccuracy: accuracy,
      ...scores,
      seconds: 1,
      trainingSeconds: 1,
    },
  ]
}
