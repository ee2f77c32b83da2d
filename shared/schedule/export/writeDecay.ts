import type { z } from 'zod'
import { makeClock, unitSteps } from '../clock.ts'
import type { budgetedSpec } from '../families/budgeted.ts'
import {
  type DecayTimes,
  decaySpan,
  type exponentialSpec,
  type geometricSpec,
  type ProfileDecay,
  profileOf,
} from '../families/decay.ts'
import type { inverseSqrtSpec, inverseTimeSpec, noamSpec } from '../families/inverse.ts'
import { inSteps, type multiStepSpec, type piecewiseSpec, type stepSpec } from '../families/steps.ts'
import { type Family, type Place, timeIn, writeClock } from './place.ts'
import { between, float, steps } from './python.ts'
import { writeCurve } from './writeCurve.ts'

export function writeDecay(spec: ProfileDecay, place: Place): Family {
  const mirrors = spec.kind === 'cosine' && spec.afterEnd === 'mirror'
  const value = between(spec.lrEnd, spec.lrStart, writeCurve(profileOf(spec), 'u'))
  return { rate: [...progressLines(spec, mirrors, place), `return ${value}`] }
}

export function writeGeometric(spec: z.infer<typeof geometricSpec>, place: Place): Family {
  const value = `${float(spec.lrStart)} * ${float(spec.lrEnd / spec.lrStart)} ** u`
  return { rate: [...progressLines(spec, false, place), `return ${value}`] }
}

/** Lines that leave the progress of a decay in `u`. */
function progressLines(spec: DecayTimes, runOn: boolean, place: Place): string[] {
  const { held, span } = decaySpan(spec, makeClock(spec.update, place.context), place.context)
  if (span <= 0) return ['u = 0.0']
  const { lines, position } = writeClock(spec.update, place)
  const since = held === 0 ? position : `max(0.0, ${position} - ${steps(held)})`
  const u = `${since} / ${steps(span)}`
  // A whole step of margin: rounding must not carry u past 1.
  const ends = place.limit > held + span && !runOn
  return [...lines, ends ? `u = min(1.0, ${u})` : `u = ${u}`]
}

export function writeBudgeted(spec: z.infer<typeof budgetedSpec>, { context, limit }: Place): Family {
  const tick = spec.granularity === 'epoch' ? context.stepsPerEpoch : 1
  const ticks = Math.ceil(context.horizon / tick)
  const done = tick === 1 ? 'step' : `step // ${tick}`
  const u = limit > context.horizon ? `min(1.0, ${done} / ${ticks})` : `${done} / ${ticks}`
  return { rate: [`u = ${u}`, `return ${float(spec.lr)} * ${writeCurve(spec.profile, 'u')}`] }
}

/** Below this many steps no whole step lies within `snap`'s rounding of the next multiple. */
const exactDivision = 5e8

export function writeStep(spec: z.infer<typeof stepSpec>, place: Place): Family {
  const { lines, position } = writeClock(spec.update, place)
  const every = spec.stepSize * unitSteps(spec.unit, place.context)
  const whole = Number.isInteger(every) && place.limit < exactDivision
  const drops = whole
    ? `(${position} // ${steps(every)})`
    : `${place.file.use('_snap_floor')}(${position} / ${steps(every)})`
  return { rate: [...lines, `return ${float(spec.lr)} * ${float(spec.gamma)} ** ${drops}`] }
}

export function writeMultiStep(spec: z.infer<typeof multiStepSpec>, place: Place): Family {
  const { lines, position } = writeClock(spec.update, place)
  const list = place.file.list('MILESTONES', inSteps(spec.milestones, spec.unit, place.context).map(steps))
  const drops = `bisect.bisect_right(${list}, ${position})`
  return { rate: [...lines, `return ${float(spec.lr)} * ${float(spec.gamma)} ** ${drops}`] }
}

export function writePiecewise(spec: z.infer<typeof piecewiseSpec>, place: Place): Family {
  const { lines, position } = writeClock(spec.update, place)
  const boundaries = place.file.list(
    'BOUNDARIES',
    inSteps(spec.boundaries, spec.unit, place.context).map(steps),
  )
  const values = place.file.list('VALUES', spec.values.map(float))
  return { rate: [...lines, `return ${values}[bisect.bisect_right(${boundaries}, ${position})]`] }
}

export function writeExponential(spec: z.infer<typeof exponentialSpec>, place: Place): Family {
  const { lines, position } = writeClock(spec.update, place)
  const x = timeIn(spec.unit, position, place.context)
  return { rate: [...lines, `return ${float(spec.lr)} * ${float(spec.gamma)} ** ${x}`] }
}

export function writeInverseTime(spec: z.infer<typeof inverseTimeSpec>, place: Place): Family {
  const { lines, position } = writeClock(spec.update, place)
  const x = timeIn(spec.unit, position, place.context)
  return { rate: [...lines, `return ${float(spec.lr)} / (1 + ${float(spec.k)} * ${x})`] }
}

export function writeInverseSqrt(spec: z.infer<typeof inverseSqrtSpec>, place: Place): Family {
  const { lines, position } = writeClock(spec.update, place)
  const x = timeIn(spec.unit, position, place.context)
  const root = `math.sqrt(${float(spec.timescale)} / max(${x} + ${float(spec.offset)}, 1.0))`
  return { rate: [...lines, `return ${float(spec.lr)} * ${root}`] }
}

export function writeNoam(spec: z.infer<typeof noamSpec>, place: Place): Family {
  const { lines, position } = writeClock(spec.update, place)
  const x = timeIn(spec.unit, position, place.context)
  const value = `${float(spec.lr)} * min(x ** -0.5, x * ${float(spec.warmup ** -1.5)})`
  return { rate: [...lines, `x = ${x} + 1`, `return ${value}`] }
}
