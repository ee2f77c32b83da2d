import type { EnsembleInfo } from '../../shared/api/ensembles.ts'
import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'
import type { Pulse } from './pulse.ts'

export function createEnsembleServices({ store, ensembles }: Core, pulse: Pulse): Services['ensembles'] {
  const { read } = store
  const list = (runId?: string): EnsembleInfo[] =>
    read.ensembles(runId).map((ensemble) => ({
      ...ensemble,
      members: ensemble.members.map(({ snapshotId, weight }) => {
        const { runId, cycle, valAccuracy, testAccuracy } = read.snapshot(snapshotId)
        return { snapshotId, weight, runId, runName: read.run(runId).name, cycle, valAccuracy, testAccuracy }
      }),
    }))
  return {
    list: ({ runId }) => list(runId),
    save({ name, method, members }) {
      const [first] = members
      if (first === undefined) throw new Error('no member')
      const result = ensembles.evaluate({
        runId: read.snapshot(first.snapshotId).runId,
        snapshotIds: members.map(({ snapshotId }) => snapshotId),
        method,
      })
      const { id } = ensembles.save(name, result)
      pulse.poke()
      const saved = list().find((each) => each.id === id)
      if (saved === undefined) throw new Error('not saved')
      return saved
    },
    rename() {
      throw new Error('not yet')
    },
    remove() {
      throw new Error('not yet')
    },
    restore() {
      throw new Error('not yet')
    },
    async averageWeights({ runId, snapshotIds }) {
      const { validation, test } = await ensembles.averageWeights({ runId, snapshotIds })
      return { validation, test }
    },
  }
}
