import type { IdxOptions } from '../../../shared/data/importOptions.ts'
import type { DataPreview } from '../../../shared/data/preview.ts'
import type { Part } from '../contentWriter.ts'
import { findPairs, type OpenPair, openPair, refuseOtherSize } from '../importers/idx.ts'
import { exampleSize } from '../meta.ts'
import type { LookBounds } from './look.ts'
import { lookAtNumbered, type NumberedPart } from './numbered.ts'

export async function* lookAtIdx(
  options: IdxOptions,
  bounds: LookBounds,
): AsyncGenerator<DataPreview, void, undefined> {
  const pairs = await findPairs(options)
  await using train = await openPair(pairs.train)
  await using test = pairs.test && (await openPair(pairs.test))
  if (test !== undefined) refuseOtherSize(train, test)
  const parts = [partOf('train', train), ...(test === undefined ? [] : [partOf('test', test)])]
  const { path, classes } = options
  yield* lookAtNumbered(
    { format: 'idx', path, shape: train.shape, names: classes, mayNameInOrder: true, parts },
    bounds,
  )
}

const partOf = (part: Part, { images, labels, shape }: OpenPair): NumberedPart => ({
  part,
  labels,
  async *images() {
    const size = exampleSize(shape)
    for (let i = 0; i < labels.length; i++) yield await images.read(size)
    await images.expectEnd()
  },
})
