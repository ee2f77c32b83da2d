import { Button, NativeSelect, Text } from '@mantine/core'
import { useState } from 'react'
import { type RatePlace, ratePlaces, type SchedulePlan } from '../../../../shared/schedule/index.ts'
import { rate } from '../../../format/format.ts'
import rateClasses from '../../../rate-test/RateTest.module.css'
import type { RateLines } from '../../../rate-test/rateLines.ts'
import { useForm } from '../form.ts'
import { scheduleWithRates } from '../model/rates.ts'

interface UseRatesProps {
  /** The schedule of the draft, valid or not. */
  readonly schedule: unknown
  readonly plan: SchedulePlan | undefined
  readonly lines: RateLines
}

/** The two rates into the schedule: into the fields that its kind has for them. */
export function UseRates({ schedule, plan, lines }: UseRatesProps) {
  const { update } = useForm()
  const [chosen, setChosen] = useState(0)
  const [said, setSaid] = useState<{ readonly words: string; readonly of: RateLines }>()
  const places = ratePlaces(schedule)
  const index = Math.max(0, Math.min(chosen, places.length - 1))
  const place = places[index]
  const put = (low: boolean) => {
    if (place === undefined) return
    const rates = { high: lines.high, ...(low && { low: lines.low }) }
    update(['schedule'], (old) => scheduleWithRates(old, place, rates, plan))
    setSaid({ words: `In the schedule: ${usedWords(place, lines, low)}.`, of: lines })
  }
  return (
    <>
      <p className={rateClasses.rates}>
        <span>
          highest <strong>{rate(lines.high)}</strong>
        </span>
        <span>
          lowest <strong>{rate(lines.low)}</strong>
        </span>
      </p>
      {places.length > 1 && (
        <NativeSelect
          size="xs"
          label="Into"
          value={String(index)}
          data={places.map(({ name }, i) => ({ value: String(i), label: `part ${i + 1}: ${name}` }))}
          onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
        />
      )}
      {place === undefined ? (
        <Text size="sm">
          This schedule has no field that takes a rate: choose another, or write the rates into it by hand.
        </Text>
      ) : place.lowest.length === 0 ? (
        <Button onClick={() => put(false)}>Use as rate</Button>
      ) : (
        <>
          <Button onClick={() => put(true)}>Use as highest and lowest rate</Button>
          <Button variant="default" onClick={() => put(false)}>
            Only the highest
          </Button>
        </>
      )}
      <Text size="xs" c="dimmed" role="status">
        {place === undefined ? '' : said?.of === lines ? said.words : goesTo(place)}
      </Text>
    </>
  )
}

const quoted = (labels: readonly string[]): string => labels.map((label) => `“${label}”`).join(' and ')

/** Into which fields the rates go. */
const goesTo = ({ highest, lowest }: RatePlace): string =>
  lowest.length === 0
    ? `Goes to ${quoted(highest)}, so that the highest rate of the schedule is this one.`
    : `The highest goes to ${quoted(highest)}, the lowest to ${quoted(lowest)}.`

const usedWords = ({ highest, lowest }: RatePlace, { high, low }: RateLines, hasLow: boolean): string =>
  hasLow
    ? `highest rate ${rate(high)} by ${quoted(highest)}, lowest ${rate(low)} by ${quoted(lowest)}`
    : `highest rate ${rate(high)} by ${quoted(highest)}`
