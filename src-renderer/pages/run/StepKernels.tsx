import { Popover, UnstyledButton } from '@mantine/core'
import { kernelShares, kernelSummary, shareText, timingWords } from '../../../shared/run/kernelShares.ts'
import type { KernelUse } from '../../../shared/run/kernelUse.ts'
import { count } from '../../format/format.ts'
import classes from './StepKernels.module.css'

/** What the steps of a run spend their time on, in a line that opens to the kernels. It warns of plain JavaScript. */
export function StepKernels({ use }: { readonly use: KernelUse }) {
  const { text, warns } = kernelSummary(use)
  return (
    <Popover position="bottom-start" shadow="md" width="min(36.25rem, 92vw)" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.line} data-warns={warns}>
          {warns && <span aria-hidden="true">⚠ </span>}
          {text}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p="sm">
        <KernelTable use={use} />
      </Popover.Dropdown>
    </Popover>
  )
}

function KernelTable({ use }: { readonly use: KernelUse }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.box} aria-label="Kernels of a step" tabIndex={0}>
      <table className={classes.table}>
        <caption>{timingWords(use)}</caption>
        <thead>
          <tr>
            <th scope="col">Kernel</th>
            <th scope="col">Of the step</th>
            <th scope="col">ms</th>
            <th scope="col">Calls</th>
            <th scope="col">Computed by</th>
          </tr>
        </thead>
        <tbody>
          {kernelShares(use).map(({ name, share, ms, calls, where, javascript }) => (
            <tr key={`${name}/${where}`} data-slow={javascript}>
              <th scope="row">{name}</th>
              <td>{share === null ? '–' : shareText(share)}</td>
              <td>{ms === null ? '–' : ms.toFixed(2)}</td>
              <td>{calls === null ? '' : count(Math.round(calls))}</td>
              <td>{where}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
