import { z } from 'zod'
import { unitField, updateField } from './clock.ts'
import { momentumField } from './momentum.ts'

/** A learning rate. */
export const rate = z.number().min(0).max(1e6)
/** A length in the spec's unit. */
export const length = z.number().min(1e-6).max(1e9)
export const gammaField = z.number().min(0).max(100)

/** Where a decay reaches its lowest rate. */
export const endpointField = z
  .enum([
    // At the step after its last: the textbook's half-open interval, so no step uses the lowest rate.
    'exclusive',
    // At its last step.
    'inclusive',
    // When the rate is last computed anew within it: differs from `inclusive` only where `update` is not every step.
    'lastUpdate',
  ])
  .default('exclusive')
export type Endpoint = z.infer<typeof endpointField>

/** Fields every family has. */
export const common = { momentum: momentumField }
/** Fields of families whose rate moves with time. */
export const timed = { ...common, unit: unitField, update: updateField }

export const minAboveMax = 'must be at most lrMax'

/** A rate as people write it: 0.1, 3e-4, at most four digits. */
export function showRate(value: number): string {
  const text = String(Number(value.toPrecision(4)))
  return text
}
