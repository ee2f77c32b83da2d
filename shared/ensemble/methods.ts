/* The ways to make one predictor of several snapshots: everything that any door says of them. */

/** Ways to combine what the members predict. */
export const predictionMethods = ['average', 'logitAverage', 'weighted'] as const
export type PredictionMethod = (typeof predictionMethods)[number]

/** Besides those: one model whose weights are the mean of the members'. */
export const ensembleMethods = [...predictionMethods, 'weightAverage'] as const
export type EnsembleMethod = (typeof ensembleMethods)[number]

export interface EnsembleMethodWords {
  /** As the command line takes and prints it. */
  readonly option: string
  /** On a button or in a table. */
  readonly title: string
  /** In a sentence. */
  readonly phrase: string
  /** A sentence that says what is computed. */
  readonly hint: string
}

export const methodWords = {
  average: {
    option: 'average',
    title: 'Average',
    phrase: 'average of probabilities',
    hint: 'Mean of the members’ class probabilities.',
  },
  logitAverage: {
    option: 'logit-average',
    title: 'Logit average',
    phrase: 'average of logits',
    hint: 'Mean of the members’ logits: the normalised geometric mean of their class probabilities.',
  },
  weighted: {
    option: 'weighted',
    title: 'Weighted',
    phrase: 'weighted average',
    hint: 'Weighted mean of the members’ class probabilities; the weights are chosen on validation, greedily unless another rule is used.',
  },
  weightAverage: {
    option: 'weights',
    title: 'Averaged weights',
    phrase: 'average of weights',
    hint: 'One model with the mean of the members’ weights, its normalisation statistics measured anew.',
  },
} as const satisfies Readonly<Record<EnsembleMethod, EnsembleMethodWords>>
