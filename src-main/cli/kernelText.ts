import { styleText } from 'node:util'
import { kernelShares, kernelSummary, shareText, timingWords } from '../../shared/run/kernelShares.ts'
import type { KernelUse } from '../../shared/run/kernelUse.ts'
import { absent } from './format.ts'
import { table } from './table.ts'
import { wrap } from './wrap.ts'

/** Parts of a step below this are told together, but for those in plain JavaScript. */
const tooSmall = 0.005

/** One line on a step's kernels: a warning where some of them run in plain JavaScript. */
export function kernelLine(use: KernelUse): string {
  const { text, warns } = kernelSummary(use)
  return warns ? styleText('yellow', `warning: ${text}`) : text
}

/** A step's kernels with their shares, the dearest first. */
export function kernelTable(use: KernelUse, columns: number): string {
  const all = kernelShares(use)
  const told = all.filter(
    ({ share, calls, javascript }) => share === null || share >= tooSmall || calls === null || javascript,
  )
  const rest = all.filter((row) => !told.includes(row))
  const rows = told.map(({ name, calls, ms, share, where }) => [
    name,
    share === null ? absent : shareText(share),
    ms === null ? absent : ms.toFixed(2),
    where,
    calls === null ? '' : `${Math.round(calls)}`,
  ])
  if (rest.length > 0) {
    const ms = rest.reduce((sum, row) => sum + (row.ms ?? 0), 0)
    const share = rest.reduce((sum, row) => sum + (row.share ?? 0), 0)
    const smaller = [`${rest.length} smaller`, shareText(share), ms.toFixed(2), '', '']
    rows.push(smaller)
  }
  const shown = table(
    [
      { head: 'kernel', shrinkTo: 16 },
      { head: 'of the step', align: 'right' },
      { head: 'ms', align: 'right' },
      { head: 'computed by' },
      { head: 'calls', align: 'right' },
    ],
    rows,
    columns,
  )
  return `${wrap(`${timingWords(use)}:`, columns)}\n${shown}`
}

/** As `--json` prints it: shares 0..1 of the step, null where they are not measured on that device. */
export function kernelReport(use: KernelUse) {
  return {
    steps: use.steps,
    stepMs: use.stepMs,
    summary: kernelSummary(use).text,
    warns: kernelSummary(use).warns,
    shares: kernelShares(use),
  }
}
