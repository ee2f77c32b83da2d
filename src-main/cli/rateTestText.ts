import type { RateTestView } from '../../shared/api/studies.ts'
import type { RateTestSettings } from '../../shared/run/rateTest.ts'
import { isActive } from '../../shared/run/state.ts'
import { lossCeiling } from '../../shared/study/lossCeiling.ts'
import { marksOf, rateMarks } from '../../shared/study/rateWords.ts'
import type { RunRecord } from '../store/types.ts'
import { absent, fixed, rate, whole } from './format.ts'
import { oneLine } from './oneLine.ts'
import { wrap } from './wrap.ts'

/** Letters by which the picture and the list below it name the same rate. */
const letters = { valley: 'v', steep: 's', minimum: 'm', slide: 'l', lower: '<', upper: '>' } as const

/** A range test for people: what it was, the curve, and each rate with what it is and when it misleads. */
export function describeRateTest(run: RunRecord, view: RateTestView, columns: number): string {
  const facts: [string, string][] = [
    ['run', `${run.id}  ${run.name}`],
    ['status', run.reason === null ? run.status : `${run.status}: ${run.reason}`],
    ['rates', rampWords(view.settings)],
    ['steps', `${whole(view.points.length)} of ${whole(view.settings.steps)}`],
    ['device', run.device ?? absent],
  ]
  const head = facts.map(
    ([name, value]) => `${wrap(`  ${name.padEnd(6)}  ${oneLine(value)}`, columns, ' '.repeat(10))}\n`,
  )
  const said = view.warnings.map(({ text }) => `${wrap(`  ! ${text}`, columns, '    ')}\n`)
  return [...head, plot(view, columns), ...markLines(view, columns), ...said].join('')
}

function rampWords({ ramp, from, to, steps }: RateTestSettings): string {
  const each =
    ramp === 'exponential'
      ? `times ${Number(((to / from) ** (1 / (steps - 1))).toPrecision(6))}`
      : `${rate((to - from) / (steps - 1))} more`
  return `${rate(from)} to ${rate(to)}, ${each} each step`
}

function markLines(view: RateTestView, columns: number): string[] {
  // While the test goes on its rates still move.
  const found = marksOf(view).map((mark) =>
    isActive(view.status) ? { ...mark, label: `${mark.label}, so far` } : mark,
  )
  const width = Math.max(0, ...found.map(({ label }) => label.length))
  return found.map(({ mark, label, lr }) => {
    const { about, misleads } = rateMarks[mark]
    const words = wrap(`     ${about} ${misleads}`, columns, '     ')
    return `  ${letters[mark]}  ${label.padEnd(width)}  ${rate(lr)}\n${words}\n`
  })
}

const rows = 10

/** The smoothed loss against the rate, with the rates that were found below it; empty where there is nothing to draw. */
function plot(view: RateTestView, columns: number): string {
  const { settings, points } = view
  const losses = points.flatMap(({ lr, smoothed }) => (smoothed === null ? [] : [{ lr, loss: smoothed }]))
  if (losses.length < 2) return ''
  const width = Math.max(20, Math.min(72, columns - 14))
  const scale = settings.ramp === 'exponential' ? Math.log : (lr: number): number => lr
  const [from, to] = [scale(settings.from), scale(settings.to)]
  const columnOf = (lr: number): number =>
    Math.min(width - 1, Math.max(0, Math.round(((scale(lr) - from) / (to - from)) * (width - 1))))
  const least = losses.reduce((low, { loss }) => Math.min(low, loss), Number.POSITIVE_INFINITY)
  const most = lossCeiling(losses.map(({ loss }) => loss)) ?? least
  const rowOf = (loss: number): number =>
    most === least ? 0 : Math.round(((most - Math.min(most, loss)) / (most - least)) * (rows - 1))
  const canvas = Array.from({ length: rows }, () => Array<string>(width).fill(' '))
  for (const { lr, loss } of losses) canvas[rowOf(loss)]?.splice(columnOf(lr), 1, loss > most ? '↑' : '•')
  const below = Array<string>(width).fill(' ')
  for (const { mark, lr } of marksOf(view)) below[columnOf(lr)] = letters[mark]
  const labels = ['loss', fixed(most, 3), ...Array<string>(rows - 2).fill(''), fixed(least, 3)]
  const size = Math.max(...labels.map((label) => label.length))
  const line = (label: string, edge: string, cells: string): string =>
    `${`  ${label.padStart(size)} ${edge}${cells}`.trimEnd()}\n`
  const start = rate(settings.from)
  return [
    '\n',
    line('loss', '', ''),
    ...canvas.map((cells, i) => line(labels[i + 1] ?? '', '│', cells.join(''))),
    line('', '└', '─'.repeat(width)),
    line('', ' ', below.join('')),
    line('rate', ' ', start + rate(settings.to).padStart(width - start.length)),
    '\n',
  ].join('')
}
