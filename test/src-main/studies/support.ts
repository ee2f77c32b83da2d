import type { StudyChange, StudyStatus } from '../../../shared/api/studies.ts'
import type { Core } from '../../../src-main/core.ts'
import { until } from '../../e2e/lab.ts'
import { cloudsSpec } from '../runs/lab.ts'

/** A sweep of the table "clouds" over rates, whose runs take a moment each on the processor. */
export const cloudsSweep = (lrMax: readonly number[], more: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'sweep',
  base: cloudsSpec(1, { device: 'cpu' }),
  axes: [{ path: 'schedule.lrMax', values: lrMax }],
  ...more,
})

export const study = ({ store }: Core, id: string): StudyChange => store.read.study(id)

export const reaches = (core: Core, id: string, status: StudyStatus): Promise<true> =>
  until(`study ${id} to be ${status}`, () => study(core, id).study.status === status || undefined)

export const statuses = (core: Core, id: string) => study(core, id).cells.map(({ status }) => status)
