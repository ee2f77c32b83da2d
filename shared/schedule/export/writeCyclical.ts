import { makeClock, unitSteps } from '../clock.ts'
import type { CyclicalSpec } from '../families/cyclical.ts'
import { makeRestarts } from '../restarts.ts'
import { type FamilyCode, type Place, timeIn, writeClock } from './place.ts'
import { between, float, steps } from './python.ts'
import { writeCurve } from './writeCurve.ts'
import { clampedMomentum } from './writeMomentum.ts'
import { cycleStarts, evenLength } from './writeRestarts.ts'

export function writeCyclical(spec: CyclicalSpec, place: Place): FamilyCode {
  const { momentum } = spec
  const name = place.file.name('height')
  const docstring = 'How far the rate stands above its lowest, as a part of the way to its highest.'
  const body = heightBody(spec, place)
  place.file.define(name, 'float', docstring, body)
  const height = `${name}(step)`
  return {
    rate: [`return ${between(spec.lrMin, spec.lrMax, height)}`],
    ...(momentum?.curve === 'inverse' && {
      momentum: {
        body: [`return ${clampedMomentum(momentum, height)}`],
        optional: false,
      },
    }),
  }
}

function heightBody(spec: CyclicalSpec, place: Place): string[] {
  const unit = unitSteps(spec.unit, place.context)
  const up = spec.stepUp * unit
  const total = up + (spec.stepDown ?? spec.stepUp) * unit
  const { lines, position } = writeClock(spec.update, place)
  const even = evenLength(total, spec.endpoint, spec.update, place.context)
  const whole = Number.isInteger(up) && Number.isInteger(total)
  const legs =
    whole && even !== undefined
      ? evenLegs(spec, up, total, even - up, position)
      : listedLegs(spec, up, total, place, position)
  const scale = scaleText(spec, timeIn(spec.unit, position, place.context))
  return [...lines, ...legs, `return leg${scale}`]
}

function scaleText(spec: CyclicalSpec, x: string): string {
  if (spec.mode === 'triangular') return ''
  return spec.mode === 'triangular2' ? ' * 0.5 ** cycle' : ` * ${float(spec.gamma)} ** ${x}`
}

function rising(spec: CyclicalSpec): string {
  return spec.growth === 'flipped'
    ? `1 - ${writeCurve(spec.profile, 'u')}`
    : writeCurve(spec.profile, '(1 - u)')
}

function evenLegs(spec: CyclicalSpec, up: number, total: number, fall: number, position: string): string[] {
  const falling = fall > 0 ? `(within - ${up}) / ${fall}` : '0.0'
  return [
    `cycle, within = divmod(${position}, ${total})`,
    `if within < ${up}:`,
    `    u = within / ${up}`,
    `    leg = ${rising(spec)}`,
    'else:',
    `    u = ${falling}`,
    `    leg = ${writeCurve(spec.profile, 'u')}`,
  ]
}

function listedLegs(spec: CyclicalSpec, up: number, total: number, place: Place, position: string): string[] {
  const clock = makeClock(spec.update, place.context)
  const restarts = makeRestarts(total, 1)
  const listed = cycleStarts(restarts, place.limit)
  const lowest = listed.map((start, index) => {
    if (spec.endpoint === 'exclusive') return start + total
    const last = clock.firstStepAt(restarts.start(index + 1)) - 1
    return spec.endpoint === 'inclusive' ? last : clock.position(last)
  })
  const starts = place.file.list('CYCLE_STARTS', listed.map(steps))
  const ends = place.file.list('CYCLE_LOWEST', lowest.map(steps))
  return [
    `cycle = bisect.bisect_right(${starts}, ${position}) - 1`,
    `peak = ${starts}[cycle] + ${steps(up)}`,
    `fall = ${ends}[cycle] - peak`,
    `if ${position} < peak:`,
    `    u = max(0.0, ${position} - ${starts}[cycle]) / ${steps(up)}`,
    `    leg = ${rising(spec)}`,
    'else:',
    `    u = min(1.0, max(0.0, ${position} - peak) / fall) if fall > 0 else 0.0`,
    `    leg = ${writeCurve(spec.profile, 'u')}`,
  ]
}
