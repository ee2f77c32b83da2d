import { budgeted } from './budgeted.ts'
import { chain } from './chain.ts'
import { constant } from './constant.ts'
import { cosine } from './cosine.ts'
import { cyclical } from './cyclical.ts'
import { exponential } from './exponential.ts'
import { exponentialDecay } from './exponentialDecay.ts'
import { formula } from './formula.ts'
import { fractal } from './fractal.ts'
import { geometric } from './geometric.ts'
import { inverseSqrt } from './inverseSqrt.ts'
import { inverseTime } from './inverseTime.ts'
import { linear } from './linear.ts'
import { multiStep } from './multiStep.ts'
import { noam } from './noam.ts'
import { oneCycle } from './oneCycle.ts'
import { piecewise } from './piecewise.ts'
import { plateau } from './plateau.ts'
import { polynomial } from './polynomial.ts'
import { rex } from './rex.ts'
import { sequence } from './sequence.ts'
import { sgdr } from './sgdr.ts'
import { snapshot } from './snapshot.ts'
import { step } from './step.ts'
import { trapezoid } from './trapezoid.ts'
import { warmup } from './warmup.ts'

/** The families that stand on their own, in the order in which a form offers them. A new one is added here. */
export const leafFamilies = [
  constant,
  step,
  multiStep,
  piecewise,
  linear,
  cosine,
  polynomial,
  rex,
  exponentialDecay,
  geometric,
  exponential,
  inverseTime,
  inverseSqrt,
  noam,
  budgeted,
  trapezoid,
  sgdr,
  snapshot,
  cyclical,
  oneCycle,
  fractal,
  plateau,
  formula,
] as const

/** The families made of other schedules, as functions of the schema of those. */
export { chain, sequence, warmup }
