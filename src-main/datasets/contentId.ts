import { createHash } from 'node:crypto'
import type { DatasetMeta } from './meta.ts'

/** The sha256, hexadecimal, of each file of a data set. */
export interface ContentDigests {
  readonly examples: string
  readonly labels: string
}

/**
 * The id of a data set: the first 16 hexadecimal digits of a sha256 over what it holds, so that the same examples under
 * another name are the same data set, and so that stored files can be checked against the id they were stored under.
 */
export function contentId(
  {
    kind,
    shape,
    dtype,
    classes,
    columns,
    trainCount,
    testCount,
  }: Omit<DatasetMeta, 'id' | 'name' | 'source'>,
  digests: ContentDigests,
): string {
  const content = [kind, shape, dtype, classes, columns ?? null, trainCount, testCount]
  return createHash('sha256')
    .update(JSON.stringify([...content, [digests.examples, digests.labels]]))
    .digest('hex')
    .slice(0, 16)
}
