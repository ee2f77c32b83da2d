import type { EnsembleInfo } from '../../shared/api/ensembles.ts'
import type { Services } from '../../shared/api/services.ts'
import type { Core } from '../core.ts'
import type { EnsembleResult } from '../ensembles/result.ts'
import type { Pulse } from './pulse.ts'
import { whileWanted } from './whileWanted.ts'

export function createEnsembleServices({ store, ensembles }: Core, pulse: Pulse): Services['ensembles'] {
  const { read, write } = store
  const save = (name: string, result: EnsembleResult): EnsembleInfo => {
    const { id } = ensembles.save(name, result)
    pulse.poke()
    const saved = read.ensembleInfos().find((each) => each.id === id)
    if (saved === undefined) throw new Error(`ensemble ${id} was saved and is not there`)
    return saved
  }
  return {
    list: ({ runId }) => read.ensembleInfos(runId),
    save: ({ name, method, members }) => save(name, ensembles.evaluateMembers({ method, members })),
    rename({ id, name }) {
      write.renameEnsemble(id, name)
      pulse.poke()
    },
    remove(ids) {
      write.trashEnsembles(ids)
      pulse.poke()
    },
    restore(ids) {
      write.restoreEnsembles(ids)
      pulse.poke()
    },
    line: ({ from, to }, signal) => whileWanted(signal, (ended) => ensembles.line(from, to, ended)),
    averageLines: ({ snapshotIds }, signal) =>
      whileWanted(signal, (ended) => ensembles.averageLines(snapshotIds, ended)),
    async averageWeights({ runId, snapshotIds }) {
      const { validation, test, bump = null } = await ensembles.averageWeights({ runId, snapshotIds })
      return { validation, test, bump }
    },
    saveWeightAverage: async ({ name, ...members }) => save(name, await ensembles.averageWeights(members)),
  }
}
