import { z } from 'zod'
import { engineName } from './spec.ts'

/*
 * Where the time of a training step goes, kernel by kernel. A backend that lacks a kernel leaves it to plain JavaScript,
 * which may take a hundred times as long: a user sees it here.
 */

const kernelTime = z.strictObject({
  /** As tfjs knows it: "Conv2D". */
  name: z.string().min(1).max(200),
  /** Whether it was computed in plain JavaScript, and not by the device. */
  javascript: z.boolean(),
  /** In one step. */
  calls: z.number().positive(),
  /** Milliseconds of one step; null on a device that is given its work and computes on its own. */
  ms: z.number().min(0).nullable(),
})

/** What one training step consists of: forward, backward, optimizer. */
export const kernelUse = z.strictObject({
  device: engineName,
  /** How many steps were looked at: of each time the least counts, which what else the machine does lengthens least. */
  steps: z.int().min(1),
  /** Milliseconds of one step, from its beginning to its numbers; null where the kernels' are. */
  stepMs: z.number().positive().nullable(),
  /** The dearest first. */
  kernels: z.array(kernelTime).max(1000),
})
export type KernelUse = z.infer<typeof kernelUse>
