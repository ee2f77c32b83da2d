import { UserError } from '../errors.ts'
import { combine } from './combine.ts'
import { type Difference, pairedDifference } from './difference.ts'
import { checkMembers, type Member, type Truth } from './members.ts'
import { mixtureWeights } from './mixtureWeights.ts'
import { type Scores, score } from './scores.ts'
import { bestSubset, greedySelection, MAX_EXHAUSTIVE, selectionRounds } from './select.ts'

/* Ways to choose members on validation by likelihood, side by side, each with what its choice flatters itself by. */

export const choiceRules = ['all', 'last', 'greedy', 'subset', 'fitted'] as const
export type ChoiceRule = (typeof choiceRules)[number]

export const choiceRuleWords: Readonly<
  Record<ChoiceRule, { readonly title: string; readonly hint: string }>
> = {
  all: { title: 'All members', hint: 'Every snapshot, equal shares: nothing is chosen.' },
  last: { title: 'Last one', hint: 'The last snapshot alone: nothing is chosen.' },
  greedy: {
    title: 'Greedy',
    hint: 'Caruana et al. 2004: with replacement, begun with the best ones (sorted initialisation); shares are counts.',
  },
  subset: {
    title: 'Best subset',
    hint: `Every subset is tried, equal shares; up to ${MAX_EXHAUSTIVE} snapshots.`,
  },
  fitted: {
    title: 'Fitted weights',
    hint: 'The shares of least validation NLL: a convex problem, solved by EM.',
  },
}

/** What one rule chose. Lists are along the members. */
export interface MemberChoice {
  readonly rule: ChoiceRule
  /** Shares, >= 0, summing to 1. */
  readonly weights: readonly number[]
  /** Validation NLL of the choice, nats: on the examples that it was made on. */
  readonly nll: number
  /**
   * The same by cross-validation: the rule chooses on four fifths of the examples and is measured on the other fifth, in
   * turn. Equal to `nll` where nothing is chosen; null with fewer than five examples.
   */
  readonly heldOutNll: number | null
}

/** Nats: by how much the validation NLL of a choice flatters it, as cross-validation estimates it. */
export const optimismOf = ({ nll, heldOutNll }: Pick<MemberChoice, 'nll' | 'heldOutNll'>): number | null =>
  heldOutNll === null ? null : heldOutNll - nll

export const FOLDS = 5

/**
 * What every rule chooses on validation; the best subset only of few enough members. Takes seconds for hundreds of members:
 * for a worker.
 * @throws UserError if there is no member, or shapes or labels do not fit
 */
export function memberChoices(
  members: readonly Member[],
  truth: Truth,
  rules: readonly ChoiceRule[] = choiceRules,
  onShare?: (share: number) => void,
): MemberChoice[] {
  checkMembers(members, truth)
  // The likelihood sees only the true class: one number an example stands for all C.
  const own = members.map(({ probs }) =>
    Float64Array.from(truth.labels, (label, row) => probs[row * truth.classes + label] ?? Number.NaN),
  )
  const tried = rules.filter((rule) => rule !== 'subset' || members.length <= MAX_EXHAUSTIVE)
  return tried.map((rule, at) => {
    const weights = choose(rule, own)
    const nll = nllOf(own, weights)
    const isChosen = rule !== 'all' && rule !== 'last'
    // A rule is the choice on all examples and one for each fold.
    const onFold = (folds: number): void => onShare?.((at + folds / (FOLDS + 1)) / tried.length)
    onFold(1)
    const heldOutNll = isChosen ? heldOut(rule, own, onFold) : nll
    return { rule, weights, nll, heldOutNll }
  })
}

function choose(rule: ChoiceRule, own: readonly Float64Array[]): number[] {
  const members = own.map((probs) => ({ probs }))
  const truth = { labels: new Uint8Array(own[0]?.length ?? 0), classes: 1 }
  switch (rule) {
    case 'all':
      return own.map(() => 1 / own.length)
    case 'last':
      return own.map((_, k) => (k === own.length - 1 ? 1 : 0))
    case 'greedy': {
      const options = { metric: 'nll', rounds: selectionRounds, sortedStart: true } as const
      const { bestPrefixCounts, bestPrefixLength } = greedySelection(members, truth, options)
      return bestPrefixCounts.map((picked) => picked / bestPrefixLength)
    }
    case 'subset': {
      const chosen = bestSubset(members, truth, 'nll').members
      return own.map((_, k) => (chosen.includes(k) ? 1 / chosen.length : 0))
    }
    case 'fitted':
      // What is printed as 0.00 % is left out: an ensemble should not carry a model that it does not hear.
      return withoutCrumbs(mixtureWeights(members, truth).weights)
  }
}

const crumb = 5e-5

function withoutCrumbs(weights: readonly number[]): number[] {
  const kept = weights.map((weight) => (weight < crumb ? 0 : weight))
  const total = kept.reduce((sum, weight) => sum + weight, 0)
  return total > 0 ? kept.map((weight) => weight / total) : [...weights]
}

function heldOut(
  rule: ChoiceRule,
  own: readonly Float64Array[],
  onFold: (folds: number) => void,
): number | null {
  const examples = own[0]?.length ?? 0
  if (examples < FOLDS) return null
  let sum = 0
  for (let fold = 0; fold < FOLDS; fold++) {
    // Every fifth example: data that are stored class by class keep their classes in every fold.
    const seen = own.map((each) => each.filter((_, n) => n % FOLDS !== fold))
    const unseen = own.map((each) => each.filter((_, n) => n % FOLDS === fold))
    sum += nllOf(unseen, choose(rule, seen)) * (unseen[0]?.length ?? 0)
    onFold(fold + 2)
  }
  return sum / examples
}

function nllOf(own: readonly Float64Array[], weights: readonly number[]): number {
  const mixture = new Float64Array(own[0]?.length ?? 0)
  own.forEach((each, k) => {
    const weight = weights[k] ?? 0
    if (weight > 0)
      for (let n = 0; n < mixture.length; n++) mixture[n] = (mixture[n] ?? 0) + weight * (each[n] ?? 0)
  })
  return 0 - mixture.reduce((sum, value) => sum + Math.log(value), 0) / mixture.length
}

/** A choice on the part that judges it. */
export interface JudgedChoice extends MemberChoice {
  readonly members: number
  readonly scores: Pick<Scores, 'accuracy' | 'nll' | 'ece'>
  /** Of accuracy over the equal average of all members, on the same examples. */
  readonly gain: Difference
}

/** @throws UserError if shapes or labels do not fit */
export function judgeChoices(
  choices: readonly MemberChoice[],
  members: readonly Member[],
  truth: Truth,
): JudgedChoice[] {
  const all = score(combine(members, truth.classes), truth)
  return choices.map((choice) => {
    if (choice.weights.length !== members.length)
      throw new UserError(
        `Judging a choice of members: ${choice.weights.length} shares were chosen for ${members.length} members.`,
      )
    const weighted = { kind: 'weighted', weights: choice.weights } as const
    const { argmax, accuracy, nll, ece } = score(combine(members, truth.classes, weighted), truth)
    return {
      ...choice,
      members: choice.weights.filter((weight) => weight > 0).length,
      scores: { accuracy, nll, ece },
      gain: pairedDifference(argmax, all.argmax, truth.labels),
    }
  })
}
