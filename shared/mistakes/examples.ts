import type { Probs, Truth } from '../ensemble/members.ts'

/** One example as a predictor sees it. */
export interface Judged {
  /** Row of the stored predictions. */
  readonly row: number
  readonly label: number
  /** -1: every probability is NaN. */
  readonly guess: number
  /** Of the predicted class. */
  readonly confidence: number
  /** Of the true class. */
  readonly ofLabel: number
}

export interface Answers {
  /** Shape [N, C]. */
  readonly probs: Probs
  readonly truth: Truth
  /** Predicted class of each example. */
  readonly argmax: ArrayLike<number>
}

export function judgedRow({ probs, truth: { labels, classes }, argmax }: Answers, row: number): Judged {
  const label = labels[row] ?? 0
  const guess = argmax[row] ?? -1
  const at = (c: number): number => probs[row * classes + c] ?? Number.NaN
  return { row, label, guess, confidence: guess < 0 ? Number.NaN : at(guess), ofLabel: at(label) }
}

/** Every mistake, the surest first: by the probability of the class that was predicted; ties in the order of the rows. */
export function worstMistakes(answers: Answers): Judged[] {
  const wrong: Judged[] = []
  const { labels } = answers.truth
  for (let n = 0; n < labels.length; n++)
    if (answers.argmax[n] !== labels[n]) wrong.push(judgedRow(answers, n))
  const sure = ({ confidence }: Judged): number => (Number.isNaN(confidence) ? 2 : confidence)
  return wrong.sort((a, b) => sure(b) - sure(a) || a.row - b.row)
}

/** The examples of one cell of the confusion matrix, the surest first. */
export function ofCell(answers: Answers, label: number, guess: number): Judged[] {
  const found: Judged[] = []
  const { labels } = answers.truth
  for (let n = 0; n < labels.length; n++)
    if (labels[n] === label && answers.argmax[n] === guess) found.push(judgedRow(answers, n))
  return found.sort((a, b) => b.confidence - a.confidence || a.row - b.row)
}

/** An example by how many members it defeats. */
export interface HardExample {
  readonly row: number
  /** Members that are wrong on it. */
  readonly wrong: number
  /** Mean over the members of the probability of the true class. */
  readonly meanOfLabel: number
}

/**
 * Examples that at least one member gets wrong: first those that most members do, then those whose true class has the least
 * probability.
 */
export function hardestExamples(members: readonly Answers[]): HardExample[] {
  const [first] = members
  if (first === undefined) return []
  const { labels, classes } = first.truth
  const hard: HardExample[] = []
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n] ?? 0
    let wrong = 0
    let sum = 0
    for (const { argmax, probs } of members) {
      if (argmax[n] !== label) wrong++
      sum += probs[n * classes + label] ?? Number.NaN
    }
    if (wrong > 0) hard.push({ row: n, wrong, meanOfLabel: sum / members.length })
  }
  return hard.sort((a, b) => b.wrong - a.wrong || a.meanOfLabel - b.meanOfLabel || a.row - b.row)
}

/** Rows on which two members predict different classes: those first on which they are surest. */
export function disputed(a: Answers, b: Answers): number[] {
  const found: { readonly row: number; readonly sure: number }[] = []
  for (let row = 0; row < a.truth.labels.length; row++) {
    if (a.argmax[row] === b.argmax[row]) continue
    found.push({ row, sure: Math.min(judgedRow(a, row).confidence, judgedRow(b, row).confidence) })
  }
  return found.sort((x, y) => y.sure - x.sure || x.row - y.row).map(({ row }) => row)
}
