import { Button, Text } from '@mantine/core'
import { counted } from '../../../format/format.ts'
import { useRuns } from '../../../hooks/useRuns.ts'
import classes from './FindRate.module.css'

/** Of the panel, what stands in the address. */
export interface FoundTest {
  /** The range test that is shown, by its run. */
  readonly test: string | undefined
  /** The snapshot whose state the next one begins with. */
  readonly snapshot: number | undefined
}

/** What a test begins with, where that is not fresh weights. */
export function StartPlace({ found, onFresh }: { readonly found: FoundTest; readonly onFresh: () => void }) {
  const { runs } = useRuns()
  const id = found.snapshot
  if (id === undefined) return null
  const run = runs.find(({ snapshots }) => snapshots.some((one) => one.id === id))
  const step = run?.snapshots.find((one) => one.id === id)?.step
  return (
    <div className={classes.place}>
      <Text size="sm">
        {run === undefined || step === undefined
          ? `begins with snapshot ${id}`
          : `begins with ${run.name} after ${counted(step + 1, 'step')}, which stays as it is`}
      </Text>
      <Button size="compact-xs" variant="default" onClick={onFresh}>
        Fresh weights instead
      </Button>
    </div>
  )
}
