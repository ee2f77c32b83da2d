import { z } from 'zod'
import { storedTensor } from './messages.ts'
import { runSpec } from './spec.ts'

/*
 * Weights a run begins with that no run of the lab has kept as its parent's: of a file, or of a snapshot taken by its tensors'
 * names. The lab keeps them with the run, so that the file may go.
 */

export const initialWeights = z.strictObject({
  /** "model.safetensors" or "snapshot 12 of first try": told to users, found nowhere. */
  from: z.string(),
  /** Of the file, or of the snapshot's weights. */
  sha256: z.string(),
  /** Of the weights the run begins with: SHA-256 over the model's tensors. */
  weightsSha256: z.string(),
  /** Tensors that it lacks or has in another shape: they were drawn at random from the run's seed. */
  random: z.array(z.string()),
  /** Its tensors that the model has not or in another shape. */
  unused: z.array(z.string()),
})
export type InitialWeights = z.infer<typeof initialWeights>

/** Where such weights are: a safetensors file of the host by its path, a snapshot of the lab, or what a run of it began with. */
export const weightsSource = z.strictObject({
  of: z.union([
    z.strictObject({ file: z.string().min(1).max(4096) }),
    z.strictObject({ snapshotId: z.int().min(1) }),
    z.strictObject({ runId: z.string().min(1).max(200) }),
  ]),
  /** Whether tensors that are missing or of another shape may be drawn at random. */
  partly: z.boolean().default(false),
})

/** What every run of a study begins with. What was found there when the study began is its record: later runs need the same. */
export const studyWeights = weightsSource.extend({
  from: z.string().optional(),
  sha256: z.string().optional(),
})

/** The model of a spec with the weights given, the others drawn at random where that is allowed. */
export const initialRequest = z.strictObject({
  spec: runSpec,
  input: z.strictObject({ shape: z.array(z.int().min(1)), classes: z.int().min(1) }),
  tensors: z.array(storedTensor),
  from: z.string(),
  partly: z.boolean(),
})
export type InitialRequest = z.infer<typeof initialRequest>

export const initialAnswer = z.strictObject({
  tensors: z.array(storedTensor),
  random: z.array(z.string()),
  unused: z.array(z.string()),
})
export type InitialAnswer = z.infer<typeof initialAnswer>

const mostNamed = 6
const listed = (names: readonly string[]): string =>
  names.length <= mostNamed
    ? names.join(', ')
    : `${names.slice(0, mostNamed).join(', ')} and ${names.length - mostNamed} more`

/** "with the weights of m.safetensors; at random: head/kernel, head/bias" */
export function initialText({ from, random, unused }: InitialWeights): string {
  return [
    `with the weights of ${from}`,
    ...(random.length === 0 ? [] : [`at random: ${listed(random)}`]),
    ...(unused.length === 0 ? [] : [`not used: ${listed(unused)}`]),
  ].join('; ')
}
