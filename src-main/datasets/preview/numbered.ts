import { basename } from 'node:path'
import type { DataPreview } from '../../../shared/data/preview.ts'
import { UserError } from '../../../shared/errors.ts'
import type { Part } from '../contentWriter.ts'
import { numberLabels } from '../importers/labelNumbers.ts'
import { createPace, type LookBounds } from './look.ts'
import { classesPictured, pictureOfValues, picturesEach } from './pictures.ts'

/** One part of images of one size whose labels are numbers, all read; its images come one after another. */
export interface NumberedPart {
  readonly part: Part
  readonly labels: Uint8Array
  /** Its images, [height, width, channels] of 8 bits; what is wrong with the files is thrown as it is met. */
  images(): AsyncGenerator<Uint8Array, void, undefined>
}

interface Numbered {
  readonly format: 'idx' | 'cifar'
  readonly path: string
  readonly shape: readonly number[]
  /** Names of labels 0, 1, ... */
  readonly names: readonly string[] | undefined
  readonly mayNameInOrder: boolean
  /** The training part first. */
  readonly parts: readonly NumberedPart[]
}

/** Counts by the labels, which have all been read; then reads the images to their end, as far as the bounds allow. */
export async function* lookAtNumbered(
  data: Numbered,
  bounds: LookBounds,
): AsyncGenerator<DataPreview, void, undefined> {
  const tally = createTally(data)
  const isDue = createPace()
  const size = data.shape.reduce((product, n) => product * n, 1)
  let read = 0
  try {
    for (const { part, labels, images } of data.parts) {
      let at = 0
      for await (const image of images()) {
        if (part === 'train') await tally.picture(labels[at] ?? 0, image)
        at += 1
        read += 1
        if (read * size > bounds.bytes) {
          yield tally.preview(read, read === tally.total)
          return
        }
        if (read % 1000 === 0 && isDue()) yield tally.preview(read, false)
      }
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    tally.refuse(error.message)
    yield tally.preview(read, false)
    return
  }
  yield tally.preview(read, true)
}

function createTally({ format, path, shape, names, mayNameInOrder, parts }: Numbered) {
  const [train, test] = parts
  const [height = 0, width = 0, channels = 1] = shape
  const numbers = numberLabels(
    `While importing ${basename(path)}`,
    train?.labels ?? new Uint8Array(),
    names,
    mayNameInOrder,
  )
  const counts = numbers.classes.map(() => ({ train: 0, test: 0 }))
  const pictures: string[][] = numbers.classes.map(() => [])
  let refusal: string | null = null
  const refuse = (words: string): void => {
    refusal ??= words
  }
  for (const { part, labels } of parts) {
    try {
      for (const c of numbers.encode(part, 0, labels)) {
        const own = counts[c]
        if (own !== undefined) own[part] += 1
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      refuse(error.message)
    }
  }
  const placeOf = new Map([...new Set(train?.labels)].sort((a, b) => a - b).map((label, at) => [label, at]))
  const total = parts.reduce((sum, { labels }) => sum + labels.length, 0)
  return {
    total,
    refuse,
    async picture(label: number, image: Uint8Array): Promise<void> {
      const place = placeOf.get(label) ?? classesPictured
      const own = pictures[place]
      if (place >= classesPictured || own === undefined || own.length >= picturesEach) return
      own.push(await pictureOfValues(image, shape))
    },
    preview(read: number, isWhole: boolean): DataPreview {
      return {
        format,
        isWhole,
        seen: { count: read, unit: 'image' },
        progress: { done: read, total, unit: 'image' },
        train: { count: train?.labels.length ?? 0, is: 'exact' },
        test: test === undefined ? null : { count: test.labels.length, is: 'exact' },
        images: {
          sizes: [{ height, width, count: total }],
          differentSizes: 1,
          ...{ leastHeight: height, greatestHeight: height, leastWidth: width, greatestWidth: width },
          ...{ looked: total, colour: channels === 3 ? total : 0, deep: 0 },
          becomes: { height, width, channels: channels === 3 ? 3 : 1, isScaled: false },
        },
        table: null,
        classes: numbers.classes.map((name, c) => ({
          name,
          ...(counts[c] ?? { train: 0, test: 0 }),
          pictures: pictures[c] ?? [],
        })),
        classesOf: 'all',
        broken: { shown: [], total: { count: 0, is: 'exact' }, canSkip: false },
        refusal,
      }
    },
  }
}
