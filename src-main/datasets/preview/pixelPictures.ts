import { layoutByLook, layoutByNames, levelOf, pixelShape } from '../../../shared/data/pixels.ts'
import type { ImageFacts } from '../../../shared/data/preview.ts'
import { type CsvRow, tidy } from '../importers/csvLayout.ts'
import { interleave } from '../importers/interleave.ts'
import { classesPictured, pictureOfValues, picturesEach } from './pictures.ts'
import type { TableLook } from './tableLook.ts'

/** The first images of the first classes among rows that are pixels. @param kept positions of their columns */
export function createPixelPictures(
  { layout }: Pick<TableLook, 'layout'>,
  kept: readonly number[],
  names: readonly string[],
) {
  const shape = pixelShape(kept.length)
  const taken = new Map<string, Uint8Array[]>()
  let drawn: { readonly count: number; readonly pictures: ReadonlyMap<string, string[]> } | undefined
  const count = (): number => [...taken.values()].reduce((sum, own) => sum + own.length, 0)
  return {
    add({ cells }: CsvRow, label: string): void {
      if (shape === undefined) return
      const own = taken.get(label) ?? []
      if (own.length >= picturesEach || (own.length === 0 && taken.size >= classesPictured)) return
      const levels = kept.map((at) => levelOf(tidy(cells[at] ?? '')))
      if (levels.some((level) => level === undefined)) return
      own.push(Uint8Array.from(levels, (level) => level ?? 0))
      taken.set(label, own)
    },
    async pictures(): Promise<ReadonlyMap<string, string[]>> {
      if (shape === undefined) return new Map()
      if (drawn?.count === count()) return drawn.pictures
      const { side, channels } = shape
      const all = [...taken.values()].flat()
      const isPlanar =
        channels === 3 && (layout ?? layoutByNames(names) ?? layoutByLook(all, side)) === 'planar'
      const pictures = new Map<string, string[]>()
      for (const [label, images] of taken) {
        const own = images.map((levels) => {
          const image = isPlanar ? new Uint8Array(levels.length) : levels
          if (isPlanar) interleave(levels, 0, image, 0, side * side)
          return pictureOfValues(image, [side, side, channels])
        })
        pictures.set(label, await Promise.all(own))
      }
      drawn = { count: count(), pictures }
      return pictures
    },
    facts(rows: number): ImageFacts | null {
      if (shape === undefined) return null
      const { side, channels } = shape
      return {
        sizes: [{ height: side, width: side, count: rows }],
        differentSizes: 1,
        ...{ leastHeight: side, greatestHeight: side, leastWidth: side, greatestWidth: side },
        ...{ looked: rows, colour: channels === 3 ? rows : 0, deep: 0 },
        becomes: { height: side, width: side, channels, isScaled: false },
      }
    },
  }
}
