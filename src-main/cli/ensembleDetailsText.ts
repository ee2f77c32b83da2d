import { choiceRuleWords, FOLDS, optimismOf } from '../../shared/ensemble/memberChoices.ts'
import { temperatureRange } from '../../shared/ensemble/temperature.ts'
import { namesText, nameText, snapshotName } from '../../shared/run/snapshotName.ts'
import type { EnsembleDetails } from '../ensembles/details.ts'
import type { EnsembleResult } from '../ensembles/result.ts'
import { absent, fixed, percent, plural, points, whole } from './format.ts'
import { gridText } from './gridText.ts'
import { type Column, table } from './table.ts'
import { wrap } from './wrap.ts'

/* What more is known of an ensemble, a table each: what is undefined is a dash, and what cannot be known says why. */

export function describeDetails(result: EnsembleResult, details: EnsembleDetails, columns: number): string {
  const parts = [
    costText(result, details),
    ...hurtTexts(result, details),
    choicesText(result, details, columns),
    diversityText(result, details, columns),
    calibrationText(result, details, columns),
    ...(details.runs.grid.length > 0
      ? [gridText({ cells: details.runs.grid, judgedOn: result.judgedOn, runs: result.runs.length }, columns)]
      : []),
    equalCostText(result, details, columns),
  ]
  return parts
    .filter((part) => part !== '')
    .map((part) => (part.includes('\n') ? part : `${wrap(part, columns)}\n`))
    .join('\n')
}

function costText({ members }: EnsembleResult, { trainingSteps }: EnsembleDetails): string {
  const passes = `predicting takes ${plural(members.length, 'forward pass').replace('passs', 'passes')}`
  if (trainingSteps === null)
    return `Training steps of these members: unknown, as one of their runs was trained by another program; ${passes}.`
  return `These members took ${whole(trainingSteps)} training steps together, shared trunks counted once; ${passes}.`
}

function hurtTexts(result: EnsembleResult, { runs }: EnsembleDetails): string[] {
  const part = result.validation === null ? result.judgedOn : 'validation'
  return runs.hurtful.flatMap(({ runId, dropped, kept, difference }) => {
    const run = result.runs.find(({ id }) => id === runId)
    if (run === undefined) return []
    const own = result.members.filter(({ snapshot }) => snapshot.runId === runId)
    const names = own.slice(0, dropped).map(({ snapshot }) => snapshotName(run, snapshot))
    const whose = result.runs.length > 1 ? ` of ${run.name}` : ''
    const text = namesText(names)
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}${whose} ${dropped === 1 ? 'hurts' : 'hurt'}: without ${dropped === 1 ? 'it' : 'them'} ${part} accuracy is ${points(difference.accuracy)} (standard error ${points(difference.standardError).replace('+', '')}); use the last ${kept === 1 ? 'one' : String(kept)}.`
  })
}

const right = (head: string): Column => ({ head, align: 'right' })

function choicesText({ judgedOn }: EnsembleResult, { choices }: EnsembleDetails, columns: number): string {
  if (choices.length === 0)
    return 'Choices of members are not compared: that takes two members, and validation data to choose on beside test data to judge by.'
  const drawn = table(
    [
      { head: 'choice' },
      right('members'),
      right('val. NLL'),
      right('optimism'),
      right(`${judgedOn} NLL`),
      right(judgedOn),
      right('over all'),
    ],
    choices.map((choice) => [
      choiceRuleWords[choice.rule].title,
      String(choice.members),
      fixed(choice.nll),
      fixed(unsignedZero(optimismOf(choice))),
      fixed(choice.scores.nll),
      percent(choice.scores.accuracy),
      choice.rule === 'all'
        ? absent
        : `${points(choice.gain.accuracy)} ± ${(100 * choice.gain.standardError).toFixed(2)}`,
    ]),
    columns,
  )
  const legend = `Chosen on validation by NLL, scored on ${judgedOn}. Optimism: by how much that NLL flatters the choice, estimated by choosing on four fifths of the validation examples and measuring on the fifth left out, ${FOLDS} times. Over all: accuracy less that of all members, ± one paired standard error. Greedy is with replacement and sorted initialisation.`
  return `${drawn}${wrap(legend, columns)}\n`
}

/** No "-0.0000". */
const unsignedZero = (value: number | null): number | null =>
  value !== null && Math.abs(value) < 5e-5 ? 0 : value

function diversityText(result: EnsembleResult, { diversity }: EnsembleDetails, columns: number): string {
  if (diversity.length < 2) return 'Diversity: of a single member there is none.'
  const several = result.runs.length > 1
  const drawn = table(
    [
      right('snapshot'),
      { head: 'member' },
      right('accuracy'),
      right('differs'),
      right('error corr.'),
      right('Q'),
      right('kappa'),
    ],
    diversity.map((own, k) => {
      const snapshot = result.members[k]?.snapshot
      const run = result.runs.find(({ id }) => id === snapshot?.runId)
      const name = run && snapshot ? nameText(snapshotName(run, snapshot)) : absent
      return [
        String(snapshot?.id ?? absent),
        several ? `${run?.name} · ${name}` : name,
        percent(own.accuracy),
        percent(own.disagreement, 1),
        fixed(own.errorCorrelation, 3),
        fixed(own.qStatistic, 3),
        fixed(own.kappa, 3),
      ]
    }),
    columns,
  )
  const legend = `Of each member its accuracy on ${result.judgedOn} data, and the means over its pairs with the others: share of examples predicted differently, correlation of errors, Yule's Q, and kappa (agreement beyond chance).`
  return `${drawn}${wrap(legend, columns)}\n`
}

function calibrationText(
  { judgedOn }: EnsembleResult,
  { calibration }: EnsembleDetails,
  columns: number,
): string {
  const { before, scaled } = calibration
  const rows = [
    { name: 'as it is', scores: before },
    ...(scaled === null ? [] : [{ name: 'scaled', scores: scaled.after }]),
  ]
  const drawn = table(
    [{ head: 'calibration' }, ...['NLL', 'Brier', 'ECE', 'adaptive', 'classwise'].map(right)],
    rows.map(({ name, scores }) => [
      name,
      fixed(scores.nll),
      fixed(scores.brier),
      percent(scores.ece),
      percent(scores.adaptive),
      percent(scores.classwise),
    ]),
    columns,
  )
  const [lowest, highest] = temperatureRange
  const end = scaled?.fit.atEnd ? ` (an end of the range ${lowest} to ${highest} that is searched)` : ''
  const how =
    scaled === null
      ? 'No temperature was fitted: that takes validation data beside test data.'
      : `Temperature ${fixed(scaled.fit.temperature, 3)}${end}, fitted on validation by NLL: ${scaled.fit.temperature > 1 ? 'the ensemble is surer than right' : 'the ensemble is less sure than it could be'}.`
  const legend = `On ${judgedOn} data, ${before.bins} bins. ECE: bins of equal width; adaptive: of equal size; classwise: of the probabilities of each class. ${how}`
  return `${drawn}${wrap(legend, columns)}\n`
}

function equalCostText(result: EnsembleResult, { runs }: EnsembleDetails, columns: number): string {
  const left = runs.withoutCost.length
  const unknown =
    left === 0
      ? ''
      : ` ${plural(left, 'run')} trained by another program left out: what they cost is unknown.`
  if (runs.equalCost.length === 0) return unknown === '' ? '' : `Equal cost cannot be compared.${unknown}`
  const most = Math.max(
    ...runs.equalCost.flatMap(({ independent }) => [1, ...independent.map((one) => one.runs)]),
  )
  const counts = Array.from({ length: most - 1 }, (_, k) => k + 2)
  const drawn = table(
    [right('steps'), right('single'), right('snapshots'), ...counts.map((count) => right(`${count} models`))],
    runs.equalCost.map(({ budget, single, snapshots, independent }) => [
      whole(budget),
      percent(1 - single.accuracy),
      percent(snapshots && 1 - snapshots.accuracy),
      ...counts.map((count) => {
        const bought = independent.find((one) => one.runs === count)
        if (bought === undefined) return ''
        const ahead = bought.snapshotsAhead
        const isTold = ahead !== null && Math.abs(ahead.accuracy) > 2 * ahead.standardError
        return `${percent(1 - bought.accuracy)}${isTold ? '*' : ''}`
      }),
    ]),
    columns,
  )
  const legend = `Error on ${result.judgedOn} data at equal training cost: one run's newest snapshot, the average of all its snapshots, and of N models that each got 1/N of the steps (their newest snapshot by then, whose rate may not have come down). Means over the runs. * told apart from the snapshots: more than two standard errors over the examples.${unknown}`
  return `${drawn}${wrap(legend, columns)}\n`
}
