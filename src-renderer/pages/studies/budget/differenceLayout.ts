import { notToldApart } from '../../../../shared/study/ranks.ts'

/*
 * Where the parts of a critical-difference diagram stand (Demšar 2006, figure 1): an axis of mean ranks, the best at the
 * left; the better half of the methods named at the left, the others at the right; below the axis, a bar over every set of
 * methods that cannot be told apart. All in pixels of the drawing.
 */

export interface Ranked {
  readonly name: string
  /** 1 is best. */
  readonly meanRank: number
}

export interface DiagramMethod extends Ranked {
  readonly side: 'left' | 'right'
  /** Of its mark on the axis. */
  readonly x: number
  /** Of its name. */
  readonly y: number
}

export interface DiagramBar {
  readonly from: number
  readonly to: number
  readonly y: number
  readonly names: readonly string[]
}

export interface DifferenceLayout {
  readonly height: number
  readonly axisY: number
  readonly axisFrom: number
  readonly axisTo: number
  readonly ticks: readonly { readonly rank: number; readonly x: number }[]
  readonly methods: readonly DiagramMethod[]
  readonly bars: readonly DiagramBar[]
  /** The length of the critical difference, above the axis; it ends with the axis where it is longer. */
  readonly ruler: { readonly from: number; readonly to: number; readonly y: number } | undefined
}

const rulerRow = 30
const axisRow = 26
const barRow = 8
const nameRow = 18

/** @param margin room for names at either side. @param criticalDifference undefined: nothing is told apart, so there is none */
export function differenceLayout(
  ranked: readonly Ranked[],
  criticalDifference: number | undefined,
  { width, margin }: { readonly width: number; readonly margin: number },
): DifferenceLayout {
  const axisFrom = Math.min(margin, width / 2 - 20)
  const axisTo = width - axisFrom
  const k = Math.max(2, ranked.length)
  const xOf = (rank: number): number => axisFrom + ((rank - 1) / (k - 1)) * (axisTo - axisFrom)
  const axisY = (criticalDifference === undefined ? 0 : rulerRow) + axisRow
  const sets = notToldApart(
    ranked.map(({ meanRank }) => meanRank),
    criticalDifference ?? Number.POSITIVE_INFINITY,
  )
  const bars = sets.map((set, row): DiagramBar => {
    const members = set.flatMap((place) => ranked[place] ?? [])
    const ranks = members.map(({ meanRank }) => meanRank)
    return {
      from: xOf(Math.min(...ranks)) - 4,
      to: xOf(Math.max(...ranks)) + 4,
      y: axisY + 10 + row * barRow,
      names: members.map(({ name }) => name),
    }
  })
  const firstName = axisY + 10 + bars.length * barRow + 14
  const order = [...ranked].sort((a, b) => a.meanRank - b.meanRank)
  const half = Math.ceil(order.length / 2)
  const methods = order.map((one, place): DiagramMethod => {
    const isLeft = place < half
    const row = isLeft ? place : order.length - 1 - place
    return { ...one, side: isLeft ? 'left' : 'right', x: xOf(one.meanRank), y: firstName + row * nameRow }
  })
  return {
    height: firstName + Math.max(0, half - 1) * nameRow + 12,
    axisY,
    axisFrom,
    axisTo,
    ticks: Array.from({ length: k }, (_, i) => ({ rank: i + 1, x: xOf(i + 1) })),
    methods,
    bars,
    ruler:
      criticalDifference === undefined
        ? undefined
        : { from: axisFrom, to: Math.min(xOf(1 + criticalDifference), axisTo), y: 16 },
  }
}
