import type { MomentumSpec } from '../momentum.ts'
import type { Track } from '../track.ts'
import type { FamilyCode, MomentumFunction, Names, Place, Written } from './place.ts'
import { writeMomentum } from './writeMomentum.ts'

/** A schedule to be written: what its family wrote of it, and what it compiles to. */
interface Subject {
  kind: string
  code: FamilyCode
  track: Track
  summary: string
  momentum: MomentumSpec | undefined
}

/** Defines the rate of a schedule as a function of the step, and its momentum if the schedule moves it. */
export function defineTrack(subject: Subject, place: Place, names?: Names): Written {
  const { file, context } = place
  const { code, track } = subject
  const base = subject.kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const { rate, momentum: momentumName, check } = names ?? childNames(place, base)
  file.define(rate, 'float', subject.summary, [...check, ...code.rate])
  const momentum =
    code.momentum ??
    (subject.momentum && {
      body: writeMomentum(subject.momentum, rate, track.range(context.horizon), place),
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
