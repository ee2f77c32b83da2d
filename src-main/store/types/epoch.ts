import type { EpochInfo } from '../../../shared/api/runs.ts'

/** As doors show it, but for training scores that are no numbers: NaN here, null there. */
export interface EpochRecord extends Omit<EpochInfo, 'trainLoss' | 'trainAccuracy'> {
  readonly trainLoss: number
  readonly trainAccuracy: number
}
