import type { DataForm } from '../run/imagesOnly.ts'
import type { RunSpec } from '../run/spec.ts'

/** What planning a study asks of whoever has the data and the runs. Answers are asked for once per question. */
export interface StudyHost {
  /** Training examples of a data set, less its validation part. @throws UserError for one that is not there */
  trainCount(dataset: RunSpec['dataset']): Promise<number> | number
  /** Of a data set. @throws UserError for one that is not there */
  dataForm(name: string): Promise<DataForm> | DataForm
  /** Of a data set. @throws UserError for one that is not there */
  classCount(name: string): Promise<number> | number
  /** The schedule of a stored run. @throws UserError where there is no such run */
  scheduleOf(runId: string): Promise<unknown> | unknown
  /** Asked for by quasi-random search alone: its tables take a while to load. */
  sobol(): Promise<SequenceOfPoints>
}

/** The first `count` points of a low-discrepancy sequence in so many dimensions, each number in [0, 1). */
export type SequenceOfPoints = (dimensions: number, count: number) => readonly (readonly number[])[]
