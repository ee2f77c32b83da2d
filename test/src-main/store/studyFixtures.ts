import type { StudyCell } from '../../../shared/study/cell.ts'
import { type StudySpec, studySpec } from '../../../shared/study/spec.ts'
import type { NewCell, NewStudy, Store } from '../../../src-main/store/types.ts'
import { newRun, putDataset, spec } from './fixtures.ts'

export const sweep: StudySpec = studySpec.parse({
  kind: 'sweep',
  base: { schedule: { kind: 'constant', lr: 0.1 }, budget: { steps: 1000 } },
  axes: [{ path: 'schedule.lr', values: [0.1, 0.2, 0.3] }],
})

/** A cell of one rate, on the processor. */
export function cellOf(lr: number, more: Partial<StudyCell> = {}): NewCell {
  const planned: StudyCell = {
    key: `lr ${lr}`,
    role: 'cell',
    settings: { 'schedule.lr': lr },
    seed: 1,
    budget: 1,
    stage: 0,
    spec: { ...spec, name: `rate ${lr}`, schedule: { kind: 'constant', lr }, device: 'simd' },
    ...more,
  }
  const { datasetId, plan, totalSteps } = newRun
  return { cell: planned, run: { datasetId, plan, totalSteps } }
}

/** @returns the id of a study of so many cells, whose rates are 1, 2, 3 … */
export function storedStudy(
  store: Store,
  count: number,
  more: Partial<StudySpec> = {},
  placement?: NewStudy['placement'],
): string {
  putDataset(store)
  const cells = Array.from({ length: count }, (_, i) => cellOf(i + 1))
  return store.write.createStudy(
    { name: 'rates', spec: studySpec.parse({ ...sweep, ...more }), placement },
    cells,
  )
}

export const runIdsOf = (store: Store, id: string): string[] =>
  store.read.study(id).cells.map(({ runId }) => runId)
