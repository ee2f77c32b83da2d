import type { RateTestView } from '../../shared/api/studies.ts'
import { type RateMark, rateMarks } from '../../shared/study/rateWords.ts'
import { seriesColor, seriesDash } from '../charts/palette.ts'
import type { LineHints } from './rateLines.ts'

/** A rate that the range test suggests, as it stands in the plot and in the list beside it. */
export interface Mark {
  readonly id: RateMark
  readonly label: string
  /** What it is, and when it misleads: a sentence each. */
  readonly about: string
  readonly misleads: string
  /** null: this curve has none. */
  readonly rate: number | null
  readonly color: string
  readonly dash?: string
}

const order = ['valley', 'steep', 'minimum', 'slide', 'lower', 'upper'] as const satisfies RateMark[]

type Read = Pick<RateTestView, 'suggestions' | 'bounds'>

const rateOf = ({ suggestions, bounds }: Read, id: RateMark): number | null =>
  id === 'lower' || id === 'upper' ? (bounds?.[id] ?? null) : suggestions[id]

/** All of them, in the order of the list, whether the curve has them or not. The first colour is the loss's. */
export const marksOf = (view: Read): Mark[] =>
  order.map((id, place) => {
    const dash = seriesDash(place + 1)
    return {
      id,
      ...rateMarks[id],
      rate: rateOf(view, id),
      color: seriesColor(place + 1),
      ...(dash !== undefined && { dash }),
    }
  })

export const hintsOf = ({ suggestions, bounds }: Read): LineHints => ({
  ...suggestions,
  lower: bounds?.lower ?? null,
})
