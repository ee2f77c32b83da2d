import { z } from 'zod'
import { unitField, updateField } from './clock.ts'
import { described, type RateRole } from './fieldMeta.ts'
import { momentumField } from './momentum.ts'

/** A learning rate. */
export const rate = z.number().min(0).max(1e6)
/** A length in the spec's unit. */
export const length = z.number().min(1e-6).max(1e9)
const gamma = z.number().min(0).max(100)

/** A learning rate with the words of its field. @param takes what it is to a rate found for the whole schedule */
export const rateField = (label: string, takes: RateRole, help?: string) =>
  described(rate, { label, unit: 'rate', takes, ...(help !== undefined && { help }) })

/** What the rate is multiplied with. */
export const gammaField = (help: string) => described(gamma, { label: 'Factor γ', unit: 'times', help })
export const gammaFieldOr = (usual: number, help: string) =>
  described(gamma.default(usual), { label: 'Factor γ', unit: 'times', help })

export const lowestRateField = described(rate.default(0), {
  label: 'Lowest rate',
  unit: 'rate',
  takes: 'lowest',
  help: 'The rate that a cycle falls to.',
})

/** Where the position of a decay stands at its lowest rate. A step uses the rate of the update before it (`update`). */
export const endpointField = described(
  z
    .enum([
      // The step after its last: the textbook's half-open interval, so no step uses the lowest rate.
      'exclusive',
      // Its last step, which uses the lowest rate if the rate is computed anew there, as it always is with update "step".
      // With a coarser update the last step keeps the higher rate of an update before it: only `lastUpdate` reaches the
      // lowest.
      'inclusive',
      // The last update within it, so that the steps from there on use the lowest rate.
      'lastUpdate',
    ])
    .default('exclusive'),
  {
    label: 'Lowest at',
    isFine: true,
    help: 'Whether the last step, or the last update, reaches the lowest rate.',
    options: {
      exclusive: {
        label: 'past the end',
        help: 'The lowest rate would come one step after the end: the last step is just above it.',
      },
      inclusive: { label: 'last step', help: 'The last step uses the lowest rate.' },
      lastUpdate: {
        label: 'last update',
        help: 'The last time the rate moves it reaches its lowest, and keeps it to the end.',
      },
    },
  },
)
export type Endpoint = z.infer<typeof endpointField>

/** Fields every family has. */
export const common = { momentum: momentumField }
/** Fields of families whose rate moves with time. */
export const timed = { ...common, unit: unitField, update: updateField }

export const minAboveMax = 'must be at most lrMax'

/** A rate as people write it: 0.1, 3e-4, at most four digits. */
export function showRate(value: number): string {
  return String(Number(value.toPrecision(4)))
}
