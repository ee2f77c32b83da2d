/* What the fields of several parts offer first: a profile, a sampling rate, a momentum curve. Value, words, what it does. */

export const shapes = [
  ['cosine', 'cosine', 'Half a cosine: slow at both ends.'],
  ['linear', 'linear', 'A straight line.'],
  ['exponential', 'exponential', 'Fast at first, and never quite to the lowest.'],
  ['polynomial', 'polynomial', 'A power of what is left.'],
  ['rex', 'REX', 'Stays high for long, then falls ever faster.'],
] as const

export const updates = [
  ['step', 'every step', 'The rate is computed anew at every step.'],
  ['epoch', 'every epoch', 'The rate is computed anew once an epoch.'],
  ['every', 'every n steps', 'The rate is computed anew after so many steps.'],
  [
    'atFractions',
    'at parts of the budget',
    'The rate is computed anew where these parts of the budget are done.',
  ],
  ['atSteps', 'at steps', 'The rate is computed anew at these steps only.'],
] as const

export const curves = [
  ['none', 'the optimizer’s', 'The schedule leaves the momentum alone.'],
  ['constant', 'constant', 'One momentum for the whole run.'],
  ['inverse', 'against the rate', 'High where the rate is low, low where it is high.'],
  ['demon', 'Demon (decays)', 'Falls to 0 at the end of the budget.'],
] as const
