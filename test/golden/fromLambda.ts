import type { Parameters } from './goldenCase.ts'

/**
 * LambdaLR's factor kinds, times `b`. In a chain a lambda replaces the rate, which our recursive chain does for formulas:
 * `asFormula` writes every kind as one.
 */
export function lambdaSpec(p: Parameters, b: number, interval: string, asFormula = false): object {
  const timed = { unit: interval, update: interval }
  const family = asFormula ? undefined : familySpec(p, b, interval)
  return family ?? { kind: 'formula', expression: `base * (${formula(p)})`, base: b, ...timed }
}

/** The kinds that are families of ours. */
function familySpec(p: Parameters, b: number, interval: string): object | undefined {
  const timed = { unit: interval, update: interval }
  switch (p.text('kind')) {
    case 'power':
      return { kind: 'exponential', lr: b, gamma: p.number('base'), ...timed }
    case 'stepPower':
      return { kind: 'step', lr: b, stepSize: p.number('every'), gamma: p.number('factor'), ...timed }
    case 'inverseTime':
      return { kind: 'inverseTime', lr: b, k: p.number('k'), ...timed }
    case 'inverseSqrt':
      return { kind: 'inverseSqrt', lr: b, ...timed }
    case 'noam':
      return { kind: 'noam', lr: b, warmup: p.number('warmup'), ...timed }
    case 'linearToZero':
      return { kind: 'linear', lrStart: b, length: p.number('total'), ...timed }
    case 'polyToZero':
      return {
        kind: 'polynomial',
        lrStart: b,
        length: p.number('total'),
        power: p.number('power'),
        ...timed,
      }
    case 'cosineHalf':
      return { kind: 'cosine', lrStart: b, length: p.number('total'), afterEnd: 'mirror', ...timed }
    case 'warmupLinear':
      return {
        kind: 'warmup',
        length: p.number('warmup'),
        form: 'oneBased',
        schedule: { kind: 'constant', lr: b },
        ...timed,
      }
    case 'constant':
      return { kind: 'constant', lr: b * p.number('value') }
    case 'piecewise':
      return { kind: 'piecewise', ...stairs(p, b), ...timed }
    default:
      return undefined
  }
}

function formula(p: Parameters): string {
  switch (p.text('kind')) {
    case 'floorDiv':
      return `floor(x / ${p.number('divisor')})`
    case 'linearGrowth':
      return `1 + (${p.number('slope')}) * x`
    case 'power':
      return `${p.number('base')}^x`
    case 'stepPower':
      return `${p.number('factor')}^floor(x / ${p.number('every')})`
    case 'inverseTime':
      return `1 / (1 + ${p.number('k')} * x)`
    case 'inverseSqrt':
      return '1 / sqrt(x + 1)'
    case 'noam':
      return `min((x + 1)^(-0.5), (x + 1) * ${p.number('warmup')}^(-1.5))`
    case 'linearToZero':
      return `max(0, 1 - x / ${p.number('total')})`
    case 'polyToZero':
      return `max(0, 1 - x / ${p.number('total')})^${p.number('power')}`
    case 'cosineHalf':
      return `(1 + cos(pi * x / ${p.number('total')})) / 2`
    case 'warmupLinear':
      return `min(1, (x + 1) / ${p.number('warmup')})`
    case 'constant':
      return `${p.number('value')}`
    case 'piecewise': {
      const { boundaries, values } = stairs(p, 1)
      return boundaries.reduceRight(
        (rest, at, i) => `x < ${at} ? ${values[i]} : (${rest})`,
        `${values.at(-1)}`,
      )
    }
    default:
      throw new Error(`unknown lambda kind ${p.text('kind')}`)
  }
}

/** The first boundary above e decides, so an earlier, higher one hides those after it: the running maximum is the same. */
function stairs(p: Parameters, b: number): { boundaries: number[]; values: number[] } {
  let highest = 0
  const boundaries = p.numbers('boundaries').map((boundary) => {
    highest = Math.max(highest, boundary)
    return highest
  })
  const values = p.numbers('values')
  const last = values.at(-1) ?? 0
  return {
    boundaries,
    values: [...boundaries.map((_, i) => b * (values[i] ?? last)), b * last],
  }
}
