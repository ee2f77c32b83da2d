import { UserError } from '../../shared/errors.ts'
import { explainTensorflow } from '../engine/cuda.ts'

/** A sentence for the user; what only a programmer can use goes to standard error. */
export function inWords(error: unknown): string {
  if (error instanceof UserError) return error.message
  console.error(error)
  const explained = explainTensorflow(error)
  if (explained !== undefined) return explained
  return error instanceof Error
    ? `The trainer failed: ${error.message}`
    : `The trainer failed: ${String(error)}`
}
