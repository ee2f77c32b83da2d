import type { StudyChange, StudyPlan, StudyPreset, StudySummary } from '../../shared/api/studies.ts'
import { budgetText } from './budgetText.ts'
import { absent, bytes, duration, moment, percent, plural, whole } from './format.ts'
import { oneLine } from './oneLine.ts'
import { sweepText } from './sweepText.ts'
import { table } from './table.ts'
import { trunkText } from './trunkText.ts'
import { wrap } from './wrap.ts'

/** What a study has found so far. */
export async function describeStudy(change: StudyChange, columns: number): Promise<string> {
  const { study } = change
  const { counts } = study
  const parts = [
    `${plural(counts.completed, 'run')} of ${whole(counts.total)} completed`,
    ...(counts.active > 0 ? [`${counts.active} under way`] : []),
    ...(counts.queued > 0 ? [`${counts.queued} waiting`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} diverged or failed`] : []),
    ...(counts.other > 0 ? [`${counts.other} stopped, interrupted or deleted`] : []),
  ]
  const why = study.reason === null ? '' : ` (${study.reason})`
  const from = study.spec.initialWeights?.from
  const begins = from === undefined ? '' : ` Its runs begin with the weights of ${oneLine(from)}.`
  const trains =
    study.placement === null
      ? ''
      : ` Its runs train ${study.placement.at === 'slurm' ? 'by Slurm' : 'on other machines'}.`
  const head = `Study ${study.id}, ${oneLine(study.name)}: ${study.status}${why}; ${parts.join(', ')}.${begins}${trains}`
  return `${wrap(head, columns)}\n\n${await resultsOf(change, columns)}`
}

function resultsOf(change: StudyChange, columns: number): string | Promise<string> {
  switch (change.study.kind) {
    case 'sweep':
      return sweepText(change, columns)
    case 'budget':
      return budgetText(change, columns)
    case 'trunk':
      return trunkText(change, columns)
  }
}

/** What a study would cost, and what it leaves out. */
export function describePlan(plan: StudyPlan, columns: number): string {
  const { runs, steps, seconds, bytes: disk, leftOut, cells } = plan
  const more = runs > cells.length ? ` at most (${whole(cells.length)} in its first stage)` : ''
  const time = seconds === null ? 'in a time nobody knows yet' : `in about ${duration(seconds)}`
  const room = disk === null ? '' : `, and ${bytes(disk)} of disk`
  const cost = `${plural(runs, 'run')}${more}: ${plural(steps, 'step')} ${time}${room}.`
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))]
  const left =
    leftOut.length === 0
      ? []
      : [`Left out: ${plural(leftOut.length, 'combination')}, since ${reasons.join('; ')}.`]
  return [cost, ...left].map((line) => `${wrap(oneLine(line), columns)}\n`).join('')
}

/** Studies, a line each. */
export function studyTable(studies: readonly StudySummary[], columns: number): string {
  return table(
    [
      { head: 'study' },
      { head: 'name', shrinkTo: 12 },
      { head: 'kind' },
      { head: 'status' },
      { head: 'runs', align: 'right' },
      { head: 'best validation', align: 'right' },
      { head: 'its test', align: 'right' },
      { head: 'created' },
    ],
    studies.map(({ id, name, kind, status, counts, best, createdAt }) => [
      id,
      name,
      kind,
      status,
      `${whole(counts.total - counts.queued - counts.active)}/${whole(counts.total)}`,
      best === null ? absent : percent(best.validationAccuracy),
      best === null ? absent : percent(best.testAccuracy),
      moment(createdAt),
    ]),
    columns,
  )
}

/** Presets, with the question of each below its name. */
export function presetList(presets: readonly StudyPreset[], columns: number): string {
  return presets
    .map(({ id, title, asks, source }) =>
      [`${id}: ${title}`, wrap(`  ${asks}`, columns, '  '), wrap(`  ${source}`, columns, '  ')].join('\n'),
    )
    .map((text) => `${text}\n`)
    .join('\n')
}
