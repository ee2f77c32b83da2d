/** Ensemble arithmetic on stored probabilities. Reference numbers: test/golden/cases/ensemble.json. */
export { reliabilityBins } from './calibration.ts'
export {
  combine,
  geometricMeanProbs,
  logitAverageProbs,
  meanProbs,
  softmaxRows,
  weightedMeanProbs,
} from './combine.ts'
export { diversity } from './diversity.ts'
export { lastM } from './lastM.ts'
export type { Member, Probs, Truth } from './members.ts'
export { perClass, type Scores, score } from './scores.ts'
export { bestSubset, type GreedySelection, greedySelection, MAX_EXHAUSTIVE } from './select.ts'
export { divergence, uncertainty } from './uncertainty.ts'
