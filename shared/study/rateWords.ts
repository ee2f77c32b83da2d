import type { RateSuggestions } from './rateSuggestions.ts'
import type { SmithBounds } from './smithBounds.ts'

/** A rate that is marked in a range test. */
export type RateMark = keyof RateSuggestions | 'lower' | 'upper'

/** In the order in which they are listed: what each is called, what it is, and when it misleads. */
export const rateMarks: Readonly<
  Record<RateMark, { readonly label: string; readonly about: string; readonly misleads: string }>
> = {
  valley: {
    label: 'Valley',
    about: 'Halfway along the longest fall of the smoothed loss: a safe first choice.',
    misleads: 'It misleads where the longest fall is noise, as on a flat curve.',
  },
  steep: {
    label: 'Steepest',
    about: 'Where the smoothed loss falls fastest.',
    misleads: 'It misleads where an early spike falls back, and on a ragged curve.',
  },
  minimum: {
    label: 'Minimum / 10',
    about: 'A tenth of the rate at which the smoothed loss is least.',
    misleads: 'It misleads where the test ended before the loss rose, since the least was not seen then.',
  },
  slide: {
    label: 'Slide',
    about:
      'Coming down from the highest rate, where the slope of the smoothed loss stops changing: just before it bursts.',
    misleads: 'It misleads where the loss had not burst when the test ended.',
  },
  lower: {
    label: "Smith's lower bound",
    about: 'Where accuracy begins to rise: the lowest rate of a cyclical schedule.',
    misleads:
      'It misleads where the test began at a rate that already trains, or rose so fast that accuracy came late.',
  },
  upper: {
    label: "Smith's upper bound",
    about: 'Where accuracy stops rising, becomes ragged or falls: the highest rate of a cyclical schedule.',
    misleads:
      'It misleads where the test is too short to train: accuracy stops for want of steps, not of rate.',
  },
}

export interface MarkedRate {
  readonly mark: RateMark
  readonly label: string
  readonly lr: number
}

const listed = ['valley', 'steep', 'minimum', 'slide', 'lower', 'upper'] as const

/** The rates that a test found, in the order in which they are listed. */
export function marksOf({
  suggestions,
  bounds,
}: {
  readonly suggestions: RateSuggestions
  readonly bounds: SmithBounds | null
}): MarkedRate[] {
  const rates = { ...suggestions, lower: bounds?.lower ?? null, upper: bounds?.upper ?? null }
  return listed.flatMap((mark) => {
    const lr = rates[mark]
    return lr === null ? [] : [{ mark, label: rateMarks[mark].label, lr }]
  })
}
