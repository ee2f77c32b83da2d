import { UserError } from '../../../shared/errors.ts'
import type { StudyHost } from '../../../shared/study/host.ts'
import { sobolPoints } from '../../../shared/study/sobol.ts'

/** Data sets by the name of how many training examples they have, that of 777 a table, all others of images of 28×28; a schedule stored with the run "kept". */
export const host: StudyHost = {
  trainCount({ name }) {
    const count = name === 'fashion-mnist-12k' ? 10_800 : Number(name)
    if (Number.isInteger(count)) return count
    throw new UserError(`While looking for a data set: there is no data set ${name}; import it.`)
  },
  dataForm: (name) =>
    name === '777' ? { kind: 'table', shape: [30] } : { kind: 'image', shape: [28, 28, 1] },
  classCount: () => 10,
  scheduleOf(runId) {
    if (runId === 'kept') return { kind: 'rex', lrStart: 0.3 }
    throw new UserError(`While looking for a run: there is no run ${runId}; list them.`)
  },
  sobol: () => Promise.resolve(sobolPoints),
}
