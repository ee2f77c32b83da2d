import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import { countParameters, optimizerNumbers } from '../../../../shared/model/parameterCount.ts'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import { bytes, counted } from '../../../format/format.ts'
import { trainExamples } from './plan.ts'
import type { Snapshots } from './preview.ts'

/** What the snapshots of a run will take on disk. */
export interface DiskUse {
  /** Of all snapshots together. */
  readonly bytes: number
  /** How it stands against the room there is: much, a fifth of it or more; tooMuch, more than there is. */
  readonly is: 'little' | 'much' | 'tooMuch'
  /** "3.7 MB on disk", "9 GB of the 30 GB that are free". */
  readonly words: string
}

/** A share of the free room from which the use of it is told with a warning. */
const much = 0.2

/**
 * Bytes of one snapshot: weights and the optimizer's state in float32, and what the model says of every example of
 * validation and test. undefined for a model of the user's own, whose size is not known before it is built.
 */
export function snapshotBytes(spec: RunSpec, info: DatasetInfo): number | undefined {
  if (spec.model.kind === 'layers') return undefined
  const classes = info.classes.length
  const parameters = countParameters(spec.model, { shape: info.shape, classes })
  const weights = 4 * parameters * (1 + optimizerNumbers[spec.optimizer.kind])
  const { validation, test } = spec.dataset
  const trained = trainExamples(info, { validation, test })
  const judged = info.trainCount - trained + info.testCount
  return weights + judged * (4 * classes + 2)
}

/** @param free bytes the disk has left; null where that is not known */
export function diskUse(one: number, { count, atLeast }: Snapshots, free: number | null): DiskUse {
  const all = one * count
  const about = `${atLeast ? 'at least ' : ''}${bytes(all)}`
  if (free === null || all < much * free) return { bytes: all, is: 'little', words: `${about} on disk` }
  const is = all > free ? 'tooMuch' : 'much'
  return { bytes: all, is, words: `${about} of the ${bytes(free)} that are free on disk` }
}

/** What to do about a run that would fill the disk. */
export const roomAdvice = ({ count }: Snapshots): string =>
  `${counted(count, 'snapshot')} would not fit: take fewer, or make room in Settings.`
