import { type RunElsewhere, writtenBy } from '../../shared/run/elsewhere.ts'
import { isWithin } from '../isWithin.ts'
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
    ['trained', `elsewhere${by(elsewhere)}, read from ${elsewhere.path}`],
    [
      'followed',
      elsewhere.followedSince === null
        ? 'no'
        : `since ${moment(elsewhere.followedSince)}${readerOf(read, elsewhere)}`,
    ],
    ['settings', settings.length === 0 ? absent : settings.join(', ')],
    ['steps', whole(run.stepsDone)],
    ['last event', elsewhere.lastEventAt === null ? absent : moment(elsewhere.lastEventAt)],
    [
      'last scores',
      last === undefined
        ? absent
        : `loss ${fixed(last.trainLoss)}, validation ${percent(last.valAccuracy)}, test ${percent(last.testAccuracy)}`,
    ],
    [
      'rate',
      elsewhere.holders.learningRate ??
        (read.seriesNames(run.id).includes('lr') ? 'lr' : 'unknown: no tag of its event files says it'),
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

function by(elsewhere: RunElsewhere): string {
  const { program, host } = writtenBy(elsewhere)
  return `${program === null ? '' : ` by ${program}`}${host === null ? '' : ` on ${host}`}`
}

/** Whether its folder is read now. */
function readerOf(read: StoreReads, { path }: RunElsewhere): string {
  const folder = read.followed().find((each) => isWithin(path, each.path))
  if (folder !== undefined && folder.problem !== null) return `; ${folder.problem}`
  return folder?.isRead === true ? '' : '; nobody reads it now: an open Anneal does (anneal serve)'
}
