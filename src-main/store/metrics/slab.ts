import { z } from 'zod'
import { bytesOf, checksumOf, float64Of } from '../blobs.ts'
import { checksumColumn } from '../rows.ts'
import type { Segment } from './points.ts'

/** The series that holds the speed of every metrics event, at the event's last step. */
export const SPEED = 'samplesPerSecond'

/** The steps of one metrics event, or the part of it that falls into one chunk. */
export interface Slab {
  readonly firstStep: number
  readonly names: readonly string[]
  /** One a name, all of the same length. */
  readonly columns: readonly Float64Array[]
  /** Absent where the event's last step is in another chunk. */
  readonly samplesPerSecond: number | undefined
}

export const tailRow = z.object({
  firstStep: z.number(),
  count: z.number(),
  names: z.string(),
  data: z.instanceof(Uint8Array),
  checksum: checksumColumn,
})
type TailRow = z.infer<typeof tailRow>
type TailContent = Pick<TailRow, 'firstStep' | 'count' | 'names'> & { readonly data: Uint8Array }
const nameList = z.array(z.string())

export const slabLength = (slab: Slab): number => slab.columns[0]?.length ?? 0

/** Steps from (inclusive) to (exclusive), within the slab; not copied. */
export function sliceSlab(slab: Slab, from: number, to: number): Slab {
  const end = slab.firstStep + slabLength(slab)
  return {
    firstStep: from,
    names: slab.names,
    columns: slab.columns.map((column) => column.subarray(from - slab.firstStep, to - slab.firstStep)),
    samplesPerSecond: to >= end ? slab.samplesPerSecond : undefined,
  }
}

export function encodeTail(slab: Slab): Uint8Array {
  const count = slabLength(slab)
  const data = new Float64Array(slab.columns.length * count + 1)
  slab.columns.forEach((column, i) => {
    data.set(column, i * count)
  })
  data[data.length - 1] = slab.samplesPerSecond ?? Number.NaN
  return bytesOf(data)
}

export const checksumOfTail = ({ firstStep, count, names, data }: TailContent): number =>
  checksumOf(`${firstStep}\0${count}\0${names}\0`, data)

export function decodeTail(row: TailRow): Slab {
  const names = nameList.parse(JSON.parse(row.names))
  const data = float64Of(row.data)
  return {
    firstStep: row.firstStep,
    names,
    columns: names.map((_, i) => data.subarray(i * row.count, (i + 1) * row.count)),
    samplesPerSecond: data[data.length - 1],
  }
}

/** The slab's points of one series. */
export function segmentOf(slab: Slab, name: string): Segment | undefined {
  if (name === SPEED) {
    if (slab.samplesPerSecond === undefined) return undefined
    const lastStep = slab.firstStep + slabLength(slab) - 1
    return { firstStep: lastStep, values: Float64Array.of(slab.samplesPerSecond) }
  }
  const values = slab.columns[slab.names.indexOf(name)]
  return values && { firstStep: slab.firstStep, values }
}
