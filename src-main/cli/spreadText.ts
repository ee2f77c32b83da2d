import type { Spread } from '../../shared/study/spread.ts'
import { absent } from './format.ts'

type Values = Pick<Spread, 'n' | 'mean' | 'standardDeviation'>

/** Accuracies in 0..1 as "88.20 ± 0.35 %", mean and standard deviation; of one value without a deviation. */
export function percentSpread({ n, mean, standardDeviation }: Values): string {
  if (n === 0) return absent
  return standardDeviation === null
    ? `${(100 * mean).toFixed(2)} %`
    : `${(100 * mean).toFixed(2)} ± ${(100 * standardDeviation).toFixed(2)} %`
}

/** Losses in nats as "0.3120 ± 0.0040". */
export function lossSpread({ n, mean, standardDeviation }: Values): string {
  if (n === 0) return absent
  return standardDeviation === null ? mean.toFixed(4) : `${mean.toFixed(4)} ± ${standardDeviation.toFixed(4)}`
}

/** A mean difference of accuracies with its standard error: "+0.42 ± 0.10 points"; of losses: "−0.0120 ± 0.0040". */
export function differenceText({ n, mean, standardError }: Spread, of: 'accuracy' | 'loss'): string {
  if (n === 0) return absent
  const [factor, digits, unit] = of === 'accuracy' ? [100, 2, ' points'] : [1, 4, '']
  const size = Math.abs(factor * mean).toFixed(digits)
  const sign = mean < 0 && Number(size) !== 0 ? '−' : '+'
  const error = standardError === null ? '' : ` ± ${(factor * standardError).toFixed(digits)}`
  return `${sign}${size}${error}${unit}`
}
