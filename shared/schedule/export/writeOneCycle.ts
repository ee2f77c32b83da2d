import type { z } from 'zod'
import { type oneCycleSpec, phasesOf } from '../families/oneCycle.ts'
import { type Family, type Place, writeClock } from './place.ts'
import { between, steps } from './python.ts'
import { writeCurve } from './writeCurve.ts'

type OneCycleSpec = z.infer<typeof oneCycleSpec>

export function writeOneCycle(spec: OneCycleSpec, place: Place): Family {
  const momentum = spec.momentum?.curve === 'inverse' ? spec.momentum : undefined
  const phases = phasesOf(spec, place.context.horizon, momentum ?? { low: 0, high: 0 })
  const { lines, position } = writeClock(spec.update, place)
  const body = (key: 'lr' | 'momentum'): string[] => [
    ...lines,
    ...phases.flatMap((phase, index) => {
      const start = phases[index - 1]?.end ?? 0
      const [from, to] = phase[key]
      const last = index === phases.length - 1
      const overrun = last && place.limit - 1 > phase.end
      const value = phaseLines(spec.anneal, { start, end: phase.end, from, to, overrun }, position)
      if (last) return value
      return [`if ${position} <= ${steps(phase.end)}:`, ...value.map((line) => `    ${line}`)]
    }),
  ]
  return {
    rate: body('lr'),
    ...(momentum && { momentum: { body: body('momentum'), optional: false } }),
  }
}

interface Leg {
  start: number
  end: number
  from: number
  to: number
  /** Steps of the run lie past the end. */
  overrun: boolean
}

function phaseLines(
  shape: 'cosine' | 'linear',
  { start, end, from, to, overrun }: Leg,
  position: string,
): string[] {
  // A phase of no length is over when it begins.
  if (end <= start) return ['u = 1.0', `return ${between(to, from, writeCurve({ shape }, 'u'))}`]
  const since = start === 0 ? position : `(${position} - ${steps(start)})`
  const u = `${since} / ${steps(end - start)}`
  return [
    overrun ? `u = min(1.0, ${u})` : `u = ${u}`,
    `return ${between(to, from, writeCurve({ shape }, 'u'))}`,
  ]
}
