import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { RunSpec } from '../../../shared/run/spec.ts'
import { trpc } from '../../client.ts'
import { errorWords } from '../../components/errorWords.ts'
import type { Checked } from './model/check.ts'
import { aboutTime, costKey, estimateSource, secondsOf, sizeText } from './model/cost.ts'
import { snapshotsOf } from './model/preview.ts'
import classes from './StartBar.module.css'
import { useSettled } from './useSettled.ts'

interface StartBarProps {
  readonly checked: Checked
  /** What keeps it from starting, or what became of the last try; undefined: nothing. */
  readonly problem: string | undefined
  readonly onShowProblem: (() => void) | undefined
  /** Others train or wait: it can stand in line. */
  readonly canQueue: boolean
  readonly isBusy: boolean
  readonly onStart: (when: 'now' | 'queue') => void
}

/** Always in the same corner: what it will cost, and the button. */
export function StartBar({ checked, problem, onShowProblem, canQueue, isBusy, onStart }: StartBarProps) {
  return (
    <footer className={classes.bar}>
      <div className={classes.problem} role="status">
        {problem !== undefined && <span>{problem}</span>}
        {onShowProblem !== undefined && (
          <Button size="compact-xs" variant="default" onClick={onShowProblem}>
            Show
          </Button>
        )}
      </div>
      <Cost checked={checked} />
      {canQueue && (
        <Button variant="default" disabled={isBusy} onClick={() => onStart('queue')}>
          Add to queue
        </Button>
      )}
      <Button className={classes.start} loading={isBusy} onClick={() => onStart('now')}>
        Start
      </Button>
    </footer>
  )
}

function Cost({ checked }: { readonly checked: Checked }) {
  const { spec, plan, compiled, problems } = checked
  const { time, reason } = useTime(spec)
  if (spec === undefined || plan === undefined || compiled === undefined) {
    const isWrong = Object.keys(problems).length > 0
    return (
      <Text size="sm" c="dimmed">
        {isWrong ? 'no cost while something is wrong' : 'the cost is told when the data set is known'}
      </Text>
    )
  }
  const snapshots = snapshotsOf(spec.snapshots, plan, compiled)
  const seconds = time === undefined ? undefined : secondsOf(time, spec, plan, snapshots)
  const words = seconds === undefined ? reason : aboutTime(seconds)
  return (
    <Text size="sm" className={classes.cost} title={time === undefined ? reason : estimateSource(time)}>
      {sizeText(spec, snapshots)}
      <span className={seconds === undefined ? classes.unknown : undefined}>, {words}</span>
    </Text>
  )
}

/** So long a draft must rest before the host measures it, in milliseconds. */
const rest = 600

/** How long a step takes, from the host; the last that was known stands while another is measured. */
function useTime(spec: RunSpec | undefined) {
  const text = useMemo(() => (spec === undefined ? undefined : JSON.stringify(costKey(spec))), [spec])
  const settled = useSettled(text, rest)
  const asked: unknown = settled === undefined ? {} : JSON.parse(settled)
  const { data, error, isFetching } = useQuery({
    ...trpc.runs.estimate.queryOptions({ spec: asked }),
    enabled: settled !== undefined,
    retry: false,
    staleTime: 600_000,
    refetchOnMount: false,
  })
  if (data !== undefined && settled === text) return { time: data, reason: '' }
  if (error !== null && settled === text)
    return { time: undefined, reason: `time not measured (${errorWords(error)})` }
  return {
    time: undefined,
    reason: isFetching || settled !== text ? 'measuring the time …' : 'time not measured',
  }
}
