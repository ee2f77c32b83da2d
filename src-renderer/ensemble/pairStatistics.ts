/* What is measured of two members: how a cell says it, and what it means. */

export const pairStatisticKeys = ['disagreement', 'errorCorrelation', 'qStatistic', 'kappa'] as const
export type PairStatistic = (typeof pairStatisticKeys)[number]

interface StatisticWords {
  readonly title: string
  readonly short: string
  readonly about: string
  readonly text: (value: number) => string
}

const plain = (value: number): string => value.toFixed(2).replace('-', '−')

export const pairStatistics: Readonly<Record<PairStatistic, StatisticWords>> = {
  disagreement: {
    title: 'Disagreement, %',
    short: 'Disagreement',
    about: 'Share of examples on which two snapshots predict different classes, in %.',
    text: (value) => (100 * value).toFixed(1),
  },
  errorCorrelation: {
    title: 'Error correlation',
    short: 'Error corr.',
    about:
      'Correlation of the errors of two snapshots (right or wrong): 1 where they fail on the same examples, 0 by chance.',
    text: plain,
  },
  qStatistic: {
    title: 'Yule’s Q',
    short: 'Q',
    about:
      'Yule’s Q of being right: 1 where two snapshots are right on the same examples, 0 by chance, below 0 where each is right where the other is not.',
    text: plain,
  },
  kappa: {
    title: 'Kappa',
    short: 'Kappa',
    about: 'Agreement of two snapshots’ classes beyond chance: 1 for the same answers, 0 by chance.',
    text: plain,
  },
}
