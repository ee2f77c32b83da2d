import { z } from 'zod'
import { type RateSuggestions, suggestRates } from '../../shared/study/rateSuggestions.ts'

const rangeCase = z.object({
  numIt: z.int().positive(),
  lrs: z.array(z.number()),
  /** null: not a number */
  losses: z.array(z.number().nullable()),
})

/**
 * Answers one reference example of cases/range_test.json.
 * @param input the example; its `expected`, if any, is not looked at
 */
export function suggest(input: unknown): RateSuggestions {
  const { numIt, lrs, losses } = rangeCase.parse(input)
  return suggestRates({ numIt, lrs, losses: losses.map((loss) => loss ?? Number.NaN) })
}
