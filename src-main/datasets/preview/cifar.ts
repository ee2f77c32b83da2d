import { join } from 'node:path'
import type { CifarOptions } from '../../../shared/data/importOptions.ts'
import type { DataPreview } from '../../../shared/data/preview.ts'
import { openBytes } from '../byteSource.ts'
import type { Part } from '../contentWriter.ts'
import {
  cifarFolder,
  classNames,
  countRecords,
  IMAGE_BYTES,
  type Layout,
  layoutOf,
  readLabels,
  SHAPE,
} from '../importers/cifar.ts'
import { interleave } from '../importers/interleave.ts'
import { isFolder, namesIn } from '../userPaths.ts'
import { type LookBounds, wholeLook } from './look.ts'
import { lookAtNumbered, type NumberedPart } from './numbered.ts'

/** An archive has to be unpacked before anything of it is known, and that is no first look. */
export async function* lookAtCifar(
  options: CifarOptions,
  bounds: LookBounds,
  scratch: string,
): AsyncGenerator<DataPreview, void, undefined> {
  if (bounds.bytes < wholeLook.bytes && !(await isFolder(options.path))) return
  const folder = await cifarFolder(options.path, scratch)
  const present = new Set(await namesIn(folder))
  const layout = layoutOf(options, present)
  const train = layout.train.filter((name) => present.has(name))
  const tests = [layout.test].filter((name) => present.has(name))
  const parts = [await partOf('train', folder, train, layout)]
  if (tests.length > 0) parts.push(await partOf('test', folder, tests, layout))
  const names = await classNames(folder, present, layout)
  const { path } = options
  yield* lookAtNumbered({ format: 'cifar', path, shape: SHAPE, names, mayNameInOrder: false, parts }, bounds)
}

async function partOf(
  part: Part,
  folder: string,
  files: readonly string[],
  layout: Layout,
): Promise<NumberedPart> {
  const counts: number[] = []
  const labels: Uint8Array[] = []
  for (const name of files) {
    const count = await countRecords(join(folder, name), layout)
    counts.push(count)
    labels.push(await readLabels(join(folder, name), count, layout))
  }
  return {
    part,
    labels: Uint8Array.from(Buffer.concat(labels)),
    async *images() {
      const image = new Uint8Array(IMAGE_BYTES)
      for (const [i, name] of files.entries()) {
        await using source = await openBytes(join(folder, name))
        for (let n = counts[i] ?? 0; n > 0; n--) {
          interleave(
            await source.read(layout.labelBytes + IMAGE_BYTES),
            layout.labelBytes,
            image,
            0,
            IMAGE_BYTES / 3,
          )
          yield image
        }
        await source.expectEnd()
      }
    },
  }
}
