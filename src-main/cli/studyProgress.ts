import type { StudyCellInfo, StudyChange, StudySummary } from '../../shared/api/studies.ts'
import { isActive } from '../../shared/run/state.ts'
import { duration, percent, rate, whole } from './format.ts'
import { barLine, startLiveBar } from './liveBar.ts'
import { oneLine } from './oneLine.ts'
import { createStudyTimeLeft } from './studyTimeLeft.ts'
import type { Terminal } from './terminal.ts'

/** Shows a study as its runs train: a bar on a live terminal, and a line for each run that ends. */
export interface StudyProgress {
  take(change: StudyChange): void
  stop(): void
}

export function watchStudy({ screen, err }: Terminal): StudyProgress {
  const cells = new Map<number, StudyCellInfo>()
  const told = new Set<number>()
  const time = createStudyTimeLeft(Date.now)
  let isFirst = true
  let share = 0
  let facts: string[] = []
  const bar = screen && startLiveBar(screen, 0, 1, () => barLine(share, facts, screen.columns || 80))
  const say = (line: string): void => (bar ? bar.log(line) : err(line))

  const absorb = ({ study, cells: changed }: StudyChange): string => {
    for (const cell of changed) {
      cells.set(cell.ordinal, cell)
      // What had ended before this command began was told then.
      if (isFirst && hasEnded(cell)) told.add(cell.ordinal)
    }
    isFirst = false
    const all = [...cells.values()]
    const { done, total } = stepsOf(all)
    share = total === 0 ? 0 : done / total
    const left = time.left(all)
    facts = [
      `${whole(endedOf(study))} of ${whole(study.counts.total)} runs`,
      left === undefined ? '' : `about ${duration(left)} left`,
    ]
    bar?.update(done, total)
    return facts[1] ?? ''
  }
  return {
    take(change) {
      const left = absorb(change)
      for (const cell of change.cells) {
        if (told.has(cell.ordinal) || !hasEnded(cell)) continue
        told.add(cell.ordinal)
        const line = `${told.size}/${change.study.counts.total}  ${cellLine(cell)}`
        say(bar || left === '' ? `${line}\n` : `${line}  ${left}\n`)
      }
    },
    stop: () => bar?.stop(),
  }
}

/** Of a run that has ended before its last step, no more will come. */
function stepsOf(cells: readonly StudyCellInfo[]): { done: number; total: number } {
  const sum = (of: (cell: StudyCellInfo) => number): number => cells.reduce((all, cell) => all + of(cell), 0)
  return {
    done: sum((cell) => (hasEnded(cell) ? cell.totalSteps : cell.steps)),
    total: sum(({ totalSteps }) => totalSteps),
  }
}

const hasEnded = ({ status }: StudyCellInfo): boolean =>
  status === 'deleted' || !(isActive(status) || status === 'queued' || status === 'interrupted')

const endedOf = ({ counts }: StudySummary): number => counts.total - counts.queued - counts.active

/** "schedule.lrMax 0.1, seed 2: validation 88.20 %, test 87.90 %, 12 s" */
function cellLine(cell: StudyCellInfo): string {
  return oneLine(`${cellName(cell)}: ${outcome(cell)}`)
}

function cellName({ settings, seed, budget, role }: StudyCellInfo): string {
  const parts = Object.entries(settings).map(([path, value]) => `${path} ${String(value)}`)
  const share = budget === 1 ? [] : [`budget ${percent(budget, 0)}`]
  return [...(role === 'cell' ? [] : [role]), ...parts, ...share, `seed ${seed}`].join(', ')
}

function outcome({
  status,
  diverged,
  reason,
  validationAccuracy,
  testAccuracy,
  seconds,
}: StudyCellInfo): string {
  if (diverged !== null) return `diverged at step ${diverged.step + 1}, rate ${rate(diverged.lr)}`
  if (status !== 'completed') return reason === null ? status : `${status}: ${reason}`
  return `validation ${percent(validationAccuracy)}, test ${percent(testAccuracy)}, ${duration(seconds)}`
}
