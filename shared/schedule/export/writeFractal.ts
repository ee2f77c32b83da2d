import type { z } from 'zod'
import { type fractalSpec, periodOf } from '../families/fractal.ts'
import { type Family, type Place, writeClock } from './place.ts'
import { float } from './python.ts'

export function writeFractal(spec: z.infer<typeof fractalSpec>, place: Place): Family {
  const period = periodOf(spec, place.context)
  const { lines, position } = writeClock(spec.update, place)
  const reversed = spec.order.startsWith('reversed')
  const i = reversed ? `${period - 1} - ${position} % ${period}` : `${position} % ${period}`
  const { m, M, scale } = spec
  const cosine = `math.cos((j - 0.5) * math.pi / ${period})`
  return {
    rate: [
      ...lines,
      `i = ${i}`,
      ...(spec.order.endsWith('atural') ? ['j = i + 1'] : permutationLines(period)),
      `return ${float(scale)} / (${float((M + m) / 2)} - ${float((M - m) / 2)} * ${cosine})`,
    ],
  }
}

/** Entry i of the fractal permutation: an odd entry of a doubling mirrors the one at half its place. */
function permutationLines(period: number): string[] {
  const doublings = Math.log2(period)
  return [
    'j = 1',
    `for doubling in range(1, ${doublings + 1}):`,
    `    if i >> (${doublings} - doubling) & 1:`,
    '        j = (1 << doubling) + 1 - j',
  ]
}
