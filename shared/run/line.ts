import { z } from 'zod'
import type { AverageLines } from '../api/ensembles.ts'
import { storedTensor } from './messages.ts'
import { deviceAdvice } from './probe.ts'
import { runSpec } from './spec.ts'

/** Asks for the loss of models of `spec` whose weights are mixtures of others': the places of lines between them. */
export const lineRequest = z.strictObject({
  spec: runSpec,
  datasetFolder: z.string(),
  devices: deviceAdvice.optional(),
  stepsPerEpoch: z.int().min(1),
  models: z.array(z.array(storedTensor)).min(1),
  /** Each one share a model, summing to 1, in the order in which they are measured. A share of 1 is that model to the bit. */
  mixtures: z.array(z.array(z.number().nonnegative())).min(1),
})
export type LineRequest = z.infer<typeof lineRequest>

/** One mixture, on validation data. */
export const lineTold = z.strictObject({
  /** Its place in the request. */
  mixture: z.int().min(0),
  /** Cross-entropy of each example, in nats. */
  losses: z.instanceof(Float64Array),
  /** In 0..1. */
  accuracy: z.number(),
  /** Whether the statistics of batch normalisation were measured anew; else they are those that were stored. */
  recomputed: z.boolean(),
})
export type LineTold = z.infer<typeof lineTold>

export const lineAnswer = z.strictObject({ examples: z.int() })
export type LineAnswer = z.infer<typeof lineAnswer>

/** "0.0443 nats below". @param height in nats, above what it is measured from */
export const nats = (height: number, written: (loss: number) => string): string =>
  `${written(Math.abs(height))} nats ${height < 0 ? 'below' : 'above'}`

/**
 * What the lines from members to their average say of averaging: the member behind the highest bump, or that there is none
 * as far as the examples tell. @param nameOf as in "cycle 3" @param written a loss, in nats
 */
export function averageVerdict(
  { lines, examples, errorsOfBump, leastBump }: AverageLines,
  nameOf: (snapshotId: number) => string,
  written: (loss: number) => string,
  whole: (count: number) => string,
): string {
  const of = `${whole(examples)} validation examples`
  const across = lines
    .flatMap(({ snapshotId, top }) => (top?.isBump === true ? [{ snapshotId, ...top }] : []))
    .sort((a, b) => heightOf(b) - heightOf(a))
  const [worst, ...others] = across
  if (worst === undefined)
    return `One basin, as far as ${of} tell: on no line from a member to the average a bump above ${written(leastBump)} nats (${errorsOfBump.toFixed(1)} standard errors, as ${whole(lines.length)} lines were looked at).`
  const rest =
    others.length === 0
      ? ''
      : ` Others across a bump: ${others.map(({ snapshotId }) => nameOf(snapshotId)).join(', ')}.`
  const height = Number.isFinite(worst.height)
    ? `of ${written(worst.height)} nats (± ${written(worst.standardError)} standard error, ${of})`
    : `without a finite loss (${of})`
  return `Between ${nameOf(worst.snapshotId)} and the average lies a bump ${height} at λ = ${worst.at}: it is in another basin.${rest}`
}

/** A loss that is not finite is higher than any other. */
const heightOf = ({ height }: { readonly height: number }): number =>
  Number.isFinite(height) ? height : Number.POSITIVE_INFINITY
