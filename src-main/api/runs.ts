import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { RunSummary } from '../../shared/api/runs.ts'
import type { Services } from '../../shared/api/services.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import { isActive } from '../../shared/run/state.ts'
import type { Core } from '../core.ts'
import type { Interruption } from '../runs/interruptions.ts'
import { planRun } from '../runs/plannedRun.ts'
import type { RunSource } from '../runs/service.ts'
import { follow, type Pulse } from './pulse.ts'
import { versionOf } from './versionOf.ts'

/** @param root the folder with resources/ */
export function createRunServices(core: Core, pulse: Pulse, root: string): Services['runs'] {
  const { store, runs } = core
  const { read, write } = store
  const after = <T>(value: T): T => {
    pulse.poke()
    return value
  }
  const launch = async (spec: unknown, from?: RunSource): Promise<RunSummary> =>
    after(read.summary((await runs.launchToStay(spec, from)).runId))
  return {
    list: ({ of }) => read.summaries(of).map(runs.ends.asKnown),
    get: (id) => runs.ends.asKnown(read.summary(id)),
    ...subscriptions(core, pulse),
    plan: (spec) => planFor(core, spec),
    estimate: (spec) => runs.estimate(spec),
    launch: async ({ spec, when, initialWeights, placement }) => {
      const from = initialWeights && { kind: 'weights' as const, ...initialWeights }
      if (when === 'now' && !placement) return launch(spec, from)
      return after(read.summary((await runs.enqueue(spec, from, placement ?? undefined)).id))
    },
    async branch({ spec, when, placement, ...from }) {
      const made =
        when === 'now' && !placement
          ? (await runs.launchToStay(spec, from)).runId
          : (await runs.enqueue(spec, from, placement ?? undefined)).id
      return after(read.summary(made))
    },
    async launchDemo() {
      const { id } = await launch(JSON.parse(readFileSync(path.join(root, 'resources', 'demo.json'), 'utf8')))
      write.annotateRuns({ ids: [id], note: demoNote })
      return after(read.summary(id))
    },
    async resume(id) {
      await runs.goOn(id)
      return after(read.summary(id))
    },
    extend: async ({ id, cycles, epochs = 1, steps }) => {
      const by = cycles !== undefined ? { cycles } : steps !== undefined ? { steps } : { epochs }
      await runs.goOn(id, by)
      return after(read.summary(id))
    },
    moveQueued: ({ id, to }) => after(write.moveQueuedRun(read.run(id).id, to)),
    place({ id, placement }) {
      runs.place(id, placement)
      return after(read.summary(id))
    },
    command: async ({ id, command }) => after(await runs.command(id, command)),
    annotate: (change) => after(write.annotateRuns(change)),
    remove: (ids) => after(write.trashRuns(ids)),
    restore: (ids) => after(write.restoreRuns(ids)),
    purge: (ids) => after(write.purgeRuns(ids)),
  }
}

/** What there is to see, where one looks for what a run is for. */
const demoNote = `What to look at: the learning rate falls along a cosine and jumps up again, five times. Accuracy drops at each restart and comes back. At the end of every cycle, where the rate is lowest, a snapshot of the model is stored.

When it has ended, press "Ensemble 5 snapshots": the average of the five is usually right more often than the best of them. One more cycle adds a sixth.`

function subscriptions({ store, runs }: Core, pulse: Pulse): Pick<Services['runs'], 'changes' | 'watch'> {
  const { read } = store
  const { asKnown, unstored } = runs.ends
  const isHere = ({ id, status, place }: RunSummary): boolean =>
    isActive(status) && place === null && read.run(id).hostId === store.hostId
  return {
    changes(cursor, signal) {
      const news = createNewEnds(unstored)
      return follow(pulse, signal, cursor, (at, isFirst) => {
        const { version, ...changes } = read.changesSince(versionOf(at))
        const { removed, deleted } = changes
        const untold = news().filter(({ runId }) => !changes.changed.some(({ id }) => id === runId))
        const changed = [...changes.changed, ...untold.map(({ runId }) => read.summary(runId))].map(asKnown)
        // The first update also says that there is nothing, which is what the window waits for.
        if (!isFirst && changed.length + removed.length + deleted.length === 0) return undefined
        return { cursor: String(version), value: { changed, removed, deleted } }
      })
    },
    watch(id, cursor, signal) {
      const news = createNewEnds(unstored)
      return follow(pulse, signal, cursor, (at) => {
        const own = news().some(({ runId }) => runId === id)
        // An end that is not stored is no news to the database: then all of the run is read once more.
        const found = read.runSince(id, at) ?? (own ? read.runSince(id) : undefined)
        if (found === undefined) return undefined
        const { cursor: next, ...value } = found
        const run = asKnown(value.run)
        const samplesPerSecond = run.status === 'running' ? value.samplesPerSecond : null
        return { cursor: next, value: { ...value, run, samplesPerSecond, isHere: isHere(run) } }
      })
    },
  }
}

/** @returns gives the ends that have not been given before */
function createNewEnds(unstored: () => readonly Interruption[]): () => Interruption[] {
  const given = new WeakSet<Interruption>()
  return () => {
    const news = unstored().filter((each) => !given.has(each))
    for (const each of news) given.add(each)
    return news
  }
}

async function planFor({ catalogue }: Core, input: unknown): ReturnType<Services['runs']['plan']> {
  const spec = parseRunSpec(input)
  const { meta, plan, split } = await planRun(spec, catalogue)
  return {
    spec,
    plan,
    datasetId: meta.id,
    trainCount: split.train.length,
    validationCount: split.validation.length,
    testCount: split.test.length,
  }
}
