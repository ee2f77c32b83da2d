import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { RunSummary } from '../../shared/api/runs.ts'
import type { Services } from '../../shared/api/services.ts'
import { parseRunSpec } from '../../shared/run/spec.ts'
import type { Core } from '../core.ts'
import { openDataset, splitDataset } from '../datasets/index.ts'
import { planRun } from '../runs/plannedRun.ts'
import { summarise } from './interim.ts'
import { follow, type Pulse } from './pulse.ts'

export function createRunServices(core: Core, pulse: Pulse, root: string): Services['runs'] {
  const { store, runs, catalogue } = core
  const { read, write } = store
  const get = (id: string): RunSummary => summarise(read, read.run(id))
  const launch = async (spec: unknown): Promise<RunSummary> => {
    const { runId } = await runs.launch(spec)
    return get(runId)
  }
  const poked = <T>(value: T): T => {
    pulse.poke()
    return value
  }
  return {
    list: ({ of }) =>
      of === 'deleted' ? [] : read.runs({ archived: of === 'archived' }).map((run) => summarise(read, run)),
    get,
    changes: (cursor, signal) =>
      follow(pulse, signal, cursor, () => ({
        cursor: String(read.version()),
        value: { changed: read.runs().map((run) => summarise(read, run)), removed: [], deleted: [] },
      })),
    watch: (id, cursor, signal) =>
      follow(pulse, signal, cursor, () => ({
        cursor: String(read.version()),
        value: {
          run: get(id),
          epochs: read.epochs(id),
          snapshots: read.snapshots(id),
          feedback: read.feedback(id),
          samplesPerSecond: null,
          isHere: false,
        },
      })),
    async plan(input) {
      const spec = parseRunSpec(input)
      const { meta, folder, plan } = await planRun(spec, catalogue)
      const { labels } = await openDataset(folder)
      const split = splitDataset(labels, meta, spec.dataset)
      return {
        spec,
        plan,
        datasetId: meta.id,
        trainCount: split.train.length,
        validationCount: split.validation.length,
        testCount: split.test.length,
      }
    },
    async estimate() {
      throw new Error('not yet')
    },
    launch: async ({ spec }) => poked(await launch(spec)),
    launchDemo: async () =>
      poked(await launch(JSON.parse(readFileSync(path.join(root, 'resources', 'demo.json'), 'utf8')))),
    async resume(id) {
      return poked(get((await runs.resume(id)).runId))
    },
    async extend({ id, cycles }) {
      return poked(get((await runs.extend(id, cycles)).runId))
    },
    async command({ id, command }) {
      runs.ask(id, command)
      return { outcome: 'obeyed' }
    },
    annotate({ ids, addTags = [], removeTags = [], ...change }) {
      for (const id of ids) {
        const { tags } = read.run(id)
        const next = [...new Set([...tags.filter((tag) => !removeTags.includes(tag)), ...addTags])]
        const { name, note, favourite, archived } = change
        write.annotate(id, {
          tags: next,
          ...(name !== undefined && { name }),
          ...(note !== undefined && { note }),
          ...(favourite !== undefined && { favourite }),
          ...(archived !== undefined && { archived }),
        })
      }
      pulse.poke()
    },
    remove(ids) {
      for (const id of ids) runs.remove(id)
      pulse.poke()
    },
    restore() {
      throw new Error('not yet')
    },
    purge() {
      throw new Error('not yet')
    },
  }
}
