import { createHash } from 'node:crypto'
import type { StoredTensor } from '../shared/run/messages.ts'

/** SHA-256 over name, shape and bytes of every weight and statistic, in the model's order; hexadecimal. */
export function weightsSha256(tensors: readonly StoredTensor[]): string {
  const hash = createHash('sha256')
  for (const { name, role, shape, data } of tensors) {
    if (role === 'weight') hash.update(`${name}\0${shape.join()}\0`).update(data)
  }
  return hash.digest('hex')
}
