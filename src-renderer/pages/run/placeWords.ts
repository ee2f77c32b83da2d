import type { EpochInfo } from '../../../shared/api/runs.ts'
import { count, duration } from '../../format/format.ts'
import { timeMap, type XMap } from './xMap.ts'

interface PlacesOf {
  readonly map: XMap
  /** Undefined where nobody knows what an epoch was. */
  readonly stepsPerEpoch: number | undefined
  readonly totalSteps: number
  readonly epochs: readonly EpochInfo[]
  /** Seconds a step takes; undefined where nothing was measured yet. */
  readonly pace: number | undefined
}

/** Tells places of an axis by step, epoch and training time: "step 840 · epoch 6 · 12 s". */
export function placeWords({
  map,
  stepsPerEpoch,
  totalSteps,
  epochs,
  pace,
}: PlacesOf): (x: number) => string {
  const time = pace === undefined ? undefined : timeMap(epochs, pace)
  return (x) => {
    const step = Math.min(totalSteps - 1, Math.max(0, map.toStep(x)))
    const epoch =
      stepsPerEpoch === undefined ? [] : [`epoch ${Number(((step + 1) / stepsPerEpoch).toFixed(2))}`]
    const words = [`step ${count(step + 1)}`, ...epoch]
    return [...words, ...(time === undefined ? [] : [duration(time.toX(step))])].join(' · ')
  }
}
