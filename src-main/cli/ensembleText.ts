import { methodWords } from '../../shared/ensemble/methods.ts'
import { type NamedRun, nameText, snapshotName } from '../../shared/run/snapshotName.ts'
import type { EnsembleResult } from '../ensembles/result.ts'
import { absent, fixed, moment, percent, plural, points } from './format.ts'
import type { ensembleListReport } from './reports.ts'
import { type Column, table, tableWidth } from './table.ts'
import { wrap } from './wrap.ts'

type Scored = Omit<EnsembleResult, 'run' | 'runs'> & {
  readonly run: NamedRun
  /** Absent or one: the members are all of `run`. */
  readonly runs?: readonly (NamedRun & { readonly id: string; readonly name: string })[]
}

const runOf = ({ run, runs = [] }: Scored, runId: string) => runs.find(({ id }) => id === runId) ?? run

const isOfSeveral = ({ runs = [] }: Scored): boolean => runs.length > 1

/**
 * Each member alone, newest first, beside the equal average of it and all newer ones; then what combining gained over the run's best snapshot. The two
 * stand in one table where it fits, else one below the other: no score is left out.
 */
export function describeEnsemble(result: Scored, columns: number): string {
  const members = membersPart(result)
  const averages = averagesPart(result)
  const head = [...members.head, ...averages.head]
  const rows = members.rows.map((row, i) => [...row, ...(averages.rows[i] ?? [])])
  const drawn =
    tableWidth(head, rows) <= columns
      ? table(head, rows, columns)
      : `${table(members.head, members.rows, columns)}\n${table(averages.head, averages.rows, columns)}`
  return `${drawn}${gained(result, columns)}`
}

interface Part {
  readonly head: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

function membersPart(result: Scored): Part {
  const { members, runs = [] } = result
  const several = isOfSeveral(result)
  const names = members
    .map(({ snapshot }) => snapshotName(runOf(result, snapshot.runId), snapshot))
    .toReversed()
  return {
    head: [
      right('snapshot'),
      ...(several ? [{ head: 'run', shrinkTo: 8 }] : []),
      ...[names[0]?.unit ?? 'cycle', 'share', 'validation', 'test'].map(right),
    ],
    rows: members
      .toReversed()
      .map(({ snapshot, weight, validation, test }, place) => [
        String(snapshot.id),
        ...(several ? [runs.find(({ id }) => id === snapshot.runId)?.name ?? ''] : []),
        names[place]?.number ?? '',
        percent(weight, 0),
        percent(validation?.accuracy),
        percent(test?.accuracy),
      ]),
  }
}

function averagesPart({ last, judgedOn }: Scored): Part {
  return {
    head: [{ head: 'averaged', align: 'left' }, ...[judgedOn, 'NLL', 'ECE', 'Brier'].map(right)],
    rows: last.map(({ size, accuracy, nll, ece, brier }) => [
      `last ${size}`,
      percent(accuracy),
      fixed(nll),
      percent(ece),
      fixed(brier),
    ]),
  }
}

function right(head: string): Column {
  return { head, align: 'right' }
}

function gained(result: Scored, columns: number): string {
  const { judgedOn, bestSingle, bestChosenOn, members, diversity } = result
  const own = result[judgedOn]
  const best = bestSingle[judgedOn]
  if (own === null || best === null) return ''
  const differ =
    diversity.disagreement === null
      ? ''
      : ` Members disagree on ${percent(diversity.disagreement, 1)} of the examples; at least one is right on ${percent(diversity.oracleAccuracy, 1)}.`
  const text =
    `The ensemble of ${plural(members.length, 'snapshot')} (${methodWords[result.method].phrase}) reaches ${percent(own.accuracy)} on ${judgedOn} data; ` +
    `the ${isOfSeveral(result) ? "runs'" : "run's"} best snapshot, of ${bestName(result)} (chosen on ${bestChosenOn} data), ${percent(best.accuracy)}: ${points(own.accuracy - best.accuracy)}. ` +
    `Its error is ${percent(1 - own.accuracy)} against ${percent(1 - best.accuracy)}, its NLL ${fixed(own.nll)} against ${fixed(best.nll)}.${differ}`
  return `${wrap(text, columns)}\n`
}

function bestName(result: Scored): string {
  const { snapshot } = result.bestSingle
  const name = nameText(snapshotName(runOf(result, snapshot.runId), snapshot))
  const run = isOfSeveral(result) ? result.runs?.find(({ id }) => id === snapshot.runId) : undefined
  return run === undefined ? name : `${run.name}, ${name}`
}

/** Kept ensembles, a line each. */
export function describeEnsembles(
  kept: readonly ReturnType<typeof ensembleListReport>[],
  columns: number,
): string {
  return table(
    [
      right('ensemble'),
      { head: 'name', shrinkTo: 12 },
      { head: 'run' },
      { head: 'method' },
      right('members'),
      right('validation'),
      right('test'),
      { head: 'created' },
    ],
    kept.map(({ ensembleId, name, runId, method, members, valAccuracy, testAccuracy, createdAt }) => [
      String(ensembleId),
      name,
      runId ?? absent,
      method,
      String(members.length),
      percent(valAccuracy),
      percent(testAccuracy),
      moment(createdAt === null ? null : Date.parse(createdAt)),
    ]),
    columns,
  )
}
