import type { RunElsewhere } from '../../shared/run/elsewhere.ts'
import type { RunRecord, StoreReads } from '../store/types.ts'
import { absent, fixed, moment, percent, whole } from './format.ts'
import { oneLine } from './oneLine.ts'
import { wrap } from './wrap.ts'

/** A run of another program: where it came from, what its program said of it, and how far it came. */
export function describeElsewhere(
  read: StoreReads,
  run: RunRecord,
  elsewhere: RunElsewhere,
  columns: number,
): string {
  const last = read.epochs(run.id).at(-1)
  const settings = Object.entries(elsewhere.hyperparameters).map(([name, value]) => `${name} ${value}`)
  const facts: [string, string][] = [
    ['run', `${run.id}  ${run.name}`],
    ['status', run.reason === null ? run.status : `${run.status}: ${run.reason}`],
    ['trained', `elsewhere, read from ${elsewhere.path}${elsewhere.followed ? ', followed' : ''}`],
    ['settings', settings.length === 0 ? absent : settings.join(', ')],
    ['steps', whole(run.stepsDone)],
    ['last event', elsewhere.lastEventAt === null ? absent : moment(elsewhere.lastEventAt)],
    [
      'last scores',
      last === undefined
        ? absent
        : `loss ${fixed(last.trainLoss)}, validation ${percent(last.valAccuracy)}, test ${percent(last.testAccuracy)}`,
    ],
    ['series', read.seriesNames(run.id).join(', ')],
    ...elsewhere.notes.map((note): [string, string] => ['note', note]),
  ]
  const width = Math.max(...facts.map(([name]) => name.length))
  const indent = ' '.repeat(width + 4)
  return facts
    .map(([name, value]) => `${wrap(`  ${name.padEnd(width)}  ${oneLine(value)}`, columns, indent)}\n`)
    .join('')
}
