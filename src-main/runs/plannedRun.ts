import { readTopology } from '../../shared/model/topology.ts'
import { checkClassWeights } from '../../shared/run/classWeights.ts'
import type { TimingSubject } from '../../shared/run/deviceComparison.ts'
import { checkAugmentation } from '../../shared/run/imagesOnly.ts'
import { initialPlan } from '../../shared/run/plan.ts'
import type { RunSpec } from '../../shared/run/spec.ts'
import type { SchedulePlan } from '../../shared/schedule/index.ts'
import {
  type Catalogue,
  type DatasetMeta,
  type Split,
  type StoredDataset,
  splitDataset,
} from '../datasets/index.ts'

/** The data set a run of this spec would train on, and the plan it would start with. */
export interface PlannedRun extends StoredDataset {
  readonly plan: SchedulePlan
  readonly split: Split
}

/**
 * @throws UserError for a data set that is not there, a batch, budget, augmentation or list of class weights that does not
 * fit it, or a topology that could never be trained
 */
export async function planRun(spec: RunSpec, catalogue: Catalogue): Promise<PlannedRun> {
  if (spec.model.kind === 'layers') readTopology(spec.model.topology)
  const dataset = await catalogue.resolve(spec.dataset.name)
  checkAugmentation(spec, dataset.meta.kind)
  checkClassWeights(spec, dataset.meta.classes.length)
  const split = splitDataset(await catalogue.labels(dataset), dataset.meta, spec.dataset)
  return { ...dataset, split, plan: initialPlan(spec, split.train.length) }
}

/** What is measured of it to choose a device. */
export const subjectOf = ({ model, batchSize }: RunSpec, { shape, classes }: DatasetMeta): TimingSubject => ({
  model,
  shape: [...shape],
  classes: classes.length,
  batchSize,
})
