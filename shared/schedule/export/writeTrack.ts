import { compileTrack } from '../compileTrack.ts'
import type { ScheduleSpec } from '../spec.ts'
import type { Family, MomentumFunction, Place, Written } from './place.ts'
import { float } from './python.ts'
import { writeChain, writeSequence, writeWarmup } from './writeComposites.ts'
import { writeCyclical } from './writeCyclical.ts'
import {
  writeBudgeted,
  writeDecay,
  writeExponential,
  writeGeometric,
  writeInverseSqrt,
  writeInverseTime,
  writeMultiStep,
  writeNoam,
  writePiecewise,
  writeStep,
} from './writeDecay.ts'
import { writeFormula } from './writeFormula.ts'
import { writeFractal } from './writeFractal.ts'
import { writeMomentum } from './writeMomentum.ts'
import { writeOneCycle } from './writeOneCycle.ts'
import { writeSgdr, writeSnapshot } from './writeRestarts.ts'

/** Names of the two functions of a schedule, and lines that both begin with. */
export interface Names {
  rate: string
  momentum: string
  check: readonly string[]
}

/** Writes `spec` as a function of the step, and one for its momentum if it moves it. */
export function writeTrack(spec: ScheduleSpec, place: Place, names?: Names): Written {
  const { file, context } = place
  const family = writeFamily(spec, place)
  const base = spec.kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const { rate, momentum: momentumName, check } = names ?? childNames(place, base)
  const track = compileTrack(spec, context)
  file.define(rate, 'float', track.text(place.limit), [...check, ...family.rate])
  const momentum =
    family.momentum ??
    (spec.momentum && {
      body: writeMomentum(spec.momentum, rate, track.range(context.horizon), place),
      optional: false,
    })
  if (momentum === undefined) return { rate }
  const { body, optional } = momentum
  return {
    rate,
    momentum: defineMomentum(place, { name: momentumName, optional }, [...check, ...body]),
  }
}

function childNames({ file }: Place, base: string): Names {
  return { rate: file.name(`${base}_rate`), momentum: file.name(`${base}_momentum`), check: [] }
}

export function defineMomentum(
  { file }: Pick<Place, 'file'>,
  momentum: MomentumFunction,
  body: readonly string[],
): MomentumFunction {
  const returns = momentum.optional ? 'Optional[float]' : 'float'
  const none = momentum.optional ? '; None where the schedule leaves it alone' : ''
  file.define(momentum.name, returns, `SGD's momentum, or Adam's beta1${none}.`, body)
  return momentum
}

function writeFamily(spec: ScheduleSpec, place: Place): Family {
  switch (spec.kind) {
    case 'constant':
    // Feedback lowers the rate; the function gives the planned one.
    case 'plateau':
      return { rate: [`return ${float(spec.lr)}`] }
    case 'step':
      return writeStep(spec, place)
    case 'multiStep':
      return writeMultiStep(spec, place)
    case 'piecewise':
      return writePiecewise(spec, place)
    case 'exponential':
      return writeExponential(spec, place)
    case 'linear':
    case 'polynomial':
    case 'cosine':
    case 'rex':
    case 'exponentialDecay':
      return writeDecay(spec, place)
    case 'geometric':
      return writeGeometric(spec, place)
    case 'inverseTime':
      return writeInverseTime(spec, place)
    case 'inverseSqrt':
      return writeInverseSqrt(spec, place)
    case 'noam':
      return writeNoam(spec, place)
    case 'cyclical':
      return writeCyclical(spec, place)
    case 'sgdr':
      return writeSgdr(spec, place)
    case 'snapshot':
      return writeSnapshot(spec, place)
    case 'oneCycle':
      return writeOneCycle(spec, place)
    case 'fractal':
      return writeFractal(spec, place)
    case 'budgeted':
      return writeBudgeted(spec, place)
    case 'formula':
      return writeFormula(spec, place)
    case 'warmup':
      return writeWarmup(spec, place, writeTrack)
    case 'sequence':
      return writeSequence(spec, place, writeTrack)
    case 'chain':
      return writeChain(spec, place, writeTrack)
  }
}
