import { compileBudgeted } from './families/budgeted.ts'
import { compileChain } from './families/chain.ts'
import { compileConstant } from './families/constant.ts'
import { compileCyclical } from './families/cyclical.ts'
import { compileDecay, compileExponential, compileGeometric } from './families/decay.ts'
import { compileFormula } from './families/formula.ts'
import { compileFractal } from './families/fractal.ts'
import { compileInverseSqrt, compileInverseTime, compileNoam } from './families/inverse.ts'
import { compileOneCycle } from './families/oneCycle.ts'
import { compilePlateau } from './families/plateau.ts'
import { compileSequence } from './families/sequence.ts'
import { compileSgdr } from './families/sgdr.ts'
import { compileSnapshot } from './families/snapshot.ts'
import { compileMultiStep, compilePiecewise, compileStep } from './families/steps.ts'
import { compileWarmup } from './families/warmup.ts'
import { withMomentum } from './momentum.ts'
import type { ScheduleSpec } from './spec.ts'
import type { Context, Track } from './track.ts'

/** The rate and momentum of `spec`, as pure functions of the step. */
export function compileTrack(spec: ScheduleSpec, context: Context): Track {
  return withMomentum(compileRate(spec, context), spec.momentum, context)
}

function compileRate(spec: ScheduleSpec, context: Context): Track {
  switch (spec.kind) {
    case 'constant':
      return compileConstant(spec)
    case 'step':
      return compileStep(spec, context)
    case 'multiStep':
      return compileMultiStep(spec, context)
    case 'piecewise':
      return compilePiecewise(spec, context)
    case 'exponential':
      return compileExponential(spec, context)
    case 'linear':
    case 'polynomial':
    case 'cosine':
    case 'rex':
    case 'exponentialDecay':
      return compileDecay(spec, context)
    case 'geometric':
      return compileGeometric(spec, context)
    case 'inverseTime':
      return compileInverseTime(spec, context)
    case 'inverseSqrt':
      return compileInverseSqrt(spec, context)
    case 'noam':
      return compileNoam(spec, context)
    case 'cyclical':
      return compileCyclical(spec, context)
    case 'sgdr':
      return compileSgdr(spec, context)
    case 'snapshot':
      return compileSnapshot(spec, context)
    case 'oneCycle':
      return compileOneCycle(spec, context)
    case 'fractal':
      return compileFractal(spec, context)
    case 'budgeted':
      return compileBudgeted(spec, context)
    case 'plateau':
      return compilePlateau(spec)
    case 'formula':
      return compileFormula(spec, context)
    case 'warmup':
      return compileWarmup(spec, context, compileTrack)
    case 'sequence':
      return compileSequence(spec, context, compileTrack)
    case 'chain':
      return compileChain(spec, context, compileTrack)
  }
}
