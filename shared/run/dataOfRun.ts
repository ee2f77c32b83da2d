import type { RunSpec } from './spec.ts'

/** The data and split of a run that is stored, to be asked for again: by their id, since another data set may bear the name now. */
export const dataOfRun = ({
  spec,
  datasetId,
}: {
  readonly spec: Pick<RunSpec, 'dataset'>
  readonly datasetId: string
}): RunSpec['dataset'] => ({ ...spec.dataset, name: datasetId })
