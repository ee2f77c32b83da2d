import { z } from 'zod'

/** Activations that the fused cells know. */
export const cellActivation = z.enum(['linear', 'sigmoid', 'tanh', 'hardSigmoid', 'relu'])

export const scanAttrs = z.object({
  /** gruAfter is a GRU whose reset gate comes after the recurrent product. */
  cell: z.enum(['lstm', 'gru', 'gruAfter', 'simple']),
  activation: cellActivation,
  /** That of the gates; a simple cell has none. */
  gateActivation: cellActivation,
  /** Whether every step's state is given out, or the last one's only. */
  sequences: z.boolean(),
})
export type ScanAttrs = z.infer<typeof scanAttrs>
