import { Button } from '@mantine/core'
import { EmptyState } from '../../components/EmptyState.tsx'
import classes from './Workers.module.css'

/** What a worker is, before the first one is there. */
export function NoWorkers({ onAdd }: { readonly onAdd: () => void }) {
  return (
    <EmptyState
      title="No workers yet"
      text={
        <span className={classes.about}>
          <span>
            A worker is another machine that trains runs of this lab: the same window watches them, and all
            that they come to is stored here.
          </span>
          <span>
            Adding one gives you one command to paste on that machine, which needs Node and npm alone.
          </span>
          <span>Nothing listens on the network until the first worker is added.</span>
          <span>
            Set up in five minutes, for two boxes and for Slurm: <code>docs/workers.md</code>
          </span>
        </span>
      }
      action={
        <Button size="sm" onClick={onAdd}>
          Add a worker
        </Button>
      }
    />
  )
}
