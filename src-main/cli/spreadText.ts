import type { Spread } from '../../shared/study/budgetBlocks.ts'
import { absent } from './format.ts'

type Values = Pick<Spread, 'count' | 'mean' | 'deviation'>

/** Accuracies in 0..1 as "88.20 ± 0.35 %", mean and standard deviation; of one value without a deviation. */
export function percentSpread({ count, mean, deviation }: Values): string {
  if (count === 0) return absent
  return deviation === null
    ? `${(100 * mean).toFixed(2)} %`
    : `${(100 * mean).toFixed(2)} ± ${(100 * deviation).toFixed(2)} %`
}

/** Losses in nats as "0.3120 ± 0.0040". */
export function lossSpread({ count, mean, deviation }: Values): string {
  if (count === 0) return absent
  return deviation === null ? mean.toFixed(4) : `${mean.toFixed(4)} ± ${deviation.toFixed(4)}`
}

/** A mean difference of accuracies with its standard error: "+0.42 ± 0.10 points"; of losses: "−0.0120 ± 0.0040". */
export function differenceText({ count, mean, standardError }: Spread, of: 'accuracy' | 'loss'): string {
  if (count === 0) return absent
  const [factor, digits, unit] = of === 'accuracy' ? [100, 2, ' points'] : [1, 4, '']
  const size = Math.abs(factor * mean).toFixed(digits)
  const sign = mean < 0 && Number(size) !== 0 ? '−' : '+'
  const error = standardError === null ? '' : ` ± ${(factor * standardError).toFixed(digits)}`
  return `${sign}${size}${error}${unit}`
}
