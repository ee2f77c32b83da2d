import { z } from 'zod'
import { common, rate, showRate } from '../fields.ts'
import { rangeOf, type Track } from '../track.ts'

/** One rate for the whole run. */
export const constantSpec = z.strictObject({ kind: z.literal('constant'), lr: rate, ...common })

export function compileConstant(spec: z.infer<typeof constantSpec>): Track {
  return {
    lr: () => spec.lr,
    range: () => rangeOf(spec.lr),
    text: () => `constant rate ${showRate(spec.lr)}`,
  }
}
