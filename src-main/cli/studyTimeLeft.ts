import type { StudyCellInfo } from '../../shared/api/studies.ts'
import { isActive } from '../../shared/run/state.ts'

/*
 * A run costs its start (a process, its data, a network) and its steps. Runs of a small budget are little but start: what
 * they cost a step says nothing of those of a large one. So both are told apart, from the runs that ended since somebody
 * looks. What happens once, before the first of them (devices are measured, caches are cold), is left out.
 */

/** A share of all steps below which nothing is said. */
const leastShown = 0.03
/** Of the time, that may have gone into starts where one run alone tells. */
const littleStart = 0.2

interface Sample {
  /** Seconds since somebody looks. */
  readonly at: number
  readonly runs: number
  /** Of training, by the trainers' own clocks. */
  readonly seconds: number
  readonly steps: number
}

export interface StudyTimeLeft {
  /** Seconds; undefined where nothing is known yet. @param cells all of the study, as they are now */
  left(cells: readonly StudyCellInfo[]): number | undefined
}

/** @param clock milliseconds */
export function createStudyTimeLeft(clock: () => number): StudyTimeLeft {
  const begun = clock()
  let before: { readonly keys: ReadonlySet<string>; readonly steps: number } | undefined
  const samples: Sample[] = []
  let atOnce = 1
  return {
    left(cells) {
      const at = (clock() - begun) / 1000
      before ??= { keys: new Set(cells.filter(isOver).map(({ key }) => key)), steps: stepsOf(cells) }
      const known = before
      atOnce = Math.max(atOnce, cells.filter(trains).length)
      const ended = cells.filter((cell) => isOver(cell) && !known.keys.has(cell.key) && cell.steps > 0)
      const now = {
        at,
        runs: ended.length,
        seconds: sum(ended, (cell) => cell.seconds),
        steps: stepsOf(ended),
      }
      if (now.runs > (samples.at(-1)?.runs ?? 0)) samples.push(now)
      const toCome = { runs: cells.filter(isToBegin).length, steps: sum(cells, stepsToCome) }
      if (toCome.steps === 0) return undefined
      const [first] = samples
      const last = samples.at(-1)
      if (first !== undefined && last !== undefined && last !== first)
        return byRuns(first, last, toCome, atOnce)
      const isMostlyStart =
        last !== undefined && last.at * atOnce - last.seconds > littleStart * last.at * atOnce
      const done = stepsOf(cells) - known.steps
      if (isMostlyStart || done <= leastShown * (done + toCome.steps)) return undefined
      return (at * toCome.steps) / done
    },
  }
}

function byRuns(
  first: Sample,
  last: Sample,
  toCome: { readonly runs: number; readonly steps: number },
  atOnce: number,
): number {
  const aStep = last.seconds / last.steps
  const training = last.seconds - first.seconds
  const aStart = Math.max(0, (atOnce * (last.at - first.at) - training) / (last.runs - first.runs))
  return (toCome.runs * aStart + toCome.steps * aStep) / atOnce
}

const trains = ({ status }: StudyCellInfo): boolean => status !== 'deleted' && isActive(status)
/** Of a run that has ended before its last step, no more will come. */
const isOver = ({ status }: StudyCellInfo): boolean =>
  status === 'deleted' || !(isActive(status) || status === 'queued' || status === 'interrupted')
const isToBegin = (cell: StudyCellInfo): boolean => !isOver(cell) && cell.steps === 0
const stepsToCome = (cell: StudyCellInfo): number =>
  isOver(cell) ? 0 : Math.max(0, cell.totalSteps - cell.steps)
const stepsOf = (cells: readonly StudyCellInfo[]): number => sum(cells, ({ steps }) => steps)
const sum = (cells: readonly StudyCellInfo[], of: (cell: StudyCellInfo) => number): number =>
  cells.reduce((all, cell) => all + of(cell), 0)
