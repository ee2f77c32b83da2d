import { layoutByLook, layoutByNames, levelOf } from '../../../shared/data/pixels.ts'
import type { ImageFacts } from '../../../shared/data/preview.ts'
import { type CsvRow, tidy } from '../importers/csvLayout.ts'
import { interleave } from '../importers/interleave.ts'
import { squareOf } from '../importers/pixelRows.ts'
import { classesPictured, pictureOfValues, picturesEach } from './pictures.ts'
import type { TableLook } from './tableLook.ts'

/** The first images of the first classes among rows that are pixels. @param kept positions of their columns */
export function createPixelPictures(
  { layout, frame: given }: Pick<TableLook, 'layout' | 'frame'>,
  kept: readonly number[],
  names: readonly string[],
) {
  const frame = given ?? squareOf(kept.length)
  const taken = new Map<string, Uint8Array[]>()
  let drawn: { readonly count: number; readonly pictures: ReadonlyMap<string, string[]> } | undefined
  const count = (): number => [...taken.values()].reduce((sum, own) => sum + own.length, 0)
  return {
    add({ cells }: CsvRow, label: string): void {
      if (frame === undefined) return
      const own = taken.get(label) ?? []
      if (own.length >= picturesEach || (own.length === 0 && taken.size >= classesPictured)) return
      const levels = kept.map((at) => levelOf(tidy(cells[at] ?? '')))
      if (levels.some((level) => level === undefined)) return
      own.push(Uint8Array.from(levels, (level) => level ?? 0))
      taken.set(label, own)
    },
    async pictures(): Promise<ReadonlyMap<string, string[]>> {
      if (frame === undefined) return new Map()
      if (drawn?.count === count()) return drawn.pictures
      const { height, width, channels } = frame
      const all = [...taken.values()].flat()
      const isPlanar =
        channels === 3 && (layout ?? layoutByNames(names) ?? layoutByLook(all, width)) === 'planar'
      const pictures = new Map<string, string[]>()
      for (const [label, images] of taken) {
        const own = images.map((levels) => {
          const image = isPlanar ? new Uint8Array(levels.length) : levels
          if (isPlanar) interleave(levels, 0, image, 0, height * width)
          return pictureOfValues(image, [height, width, channels])
        })
        pictures.set(label, await Promise.all(own))
      }
      drawn = { count: count(), pictures }
      return pictures
    },
    facts(rows: number): ImageFacts | null {
      if (frame === undefined) return null
      const { height, width, channels } = frame
      return {
        sizes: [{ height, width, count: rows }],
        differentSizes: 1,
        ...{ leastHeight: height, greatestHeight: height, leastWidth: width, greatestWidth: width },
        ...{ looked: rows, colour: channels === 3 ? rows : 0, deep: 0 },
        becomes: { height, width, channels, isScaled: false },
      }
    },
  }
}
