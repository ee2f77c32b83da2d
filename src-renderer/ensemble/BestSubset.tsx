import { Button, Text } from '@mantine/core'
import { CancelledError } from '@tanstack/react-query'
import { useState } from 'react'
import { mostForEverySubset, type Selection } from '../../shared/ensemble/selection.ts'
import { queryClient } from '../client.ts'
import { errorWords } from '../components/errorWords.ts'
import { count, loss } from '../format/format.ts'
import classes from './Ensemble.module.css'
import { selectionQuery } from './selectionQuery.ts'
import type { EnsembleModel } from './useEnsemble.ts'
import { WorkLine } from './WorkLine.tsx'

interface Chosen {
  /** Of the choice it made, to tell when that is no longer what stands. */
  readonly signature: string
  readonly words: string
}

const signatureOf = ({ choice: { method, ticked } }: EnsembleModel): string => `${method} ${ticked.join()}`

/** Ticks the members that are best on validation, and says plainly that they were chosen there. */
export function BestSubset({ model }: { readonly model: EnsembleModel }) {
  const [chosen, setChosen] = useState<Chosen>()
  const [isSearching, setSearching] = useState(false)
  const [error, setError] = useState<unknown>()
  const [share, setShare] = useState(0)
  const { workbench, candidates } = model
  if (workbench.validation === null || candidates.length < 2) return null
  const ids = workbench.snapshotIds
  const options = selectionQuery(workbench, ids, true, setShare)
  const search = async () => {
    setSearching(true)
    setShare(0)
    setError(undefined)
    try {
      const selection = await queryClient.fetchQuery(options)
      setChosen(apply(selection, model))
    } catch (failed) {
      // Left by the user: what stood before stands.
      if (!(failed instanceof CancelledError)) setError(failed)
    }
    setSearching(false)
  }
  const stands = chosen !== undefined && chosen.signature === signatureOf(model)
  return (
    <div className={classes.best}>
      <Button variant="default" disabled={isSearching} onClick={() => void search()}>
        Best on validation
      </Button>
      {isSearching && ids.length > mostForEverySubset ? (
        <WorkLine
          words={`Choosing among ${count(ids.length)} snapshots`}
          share={share}
          onCancel={() => void queryClient.cancelQueries({ queryKey: options.queryKey, exact: true })}
        />
      ) : (
        <Text size="xs" c={error === undefined ? 'dimmed' : 'var(--failure)'} role="status">
          {error !== undefined
            ? `The members could not be chosen: ${errorWords(error)}`
            : stands
              ? chosen.words
              : ids.length <= mostForEverySubset
                ? `Tries all ${count(2 ** ids.length - 1)} subsets.`
                : `Greedy: ${count(ids.length)} snapshots have too many subsets to try them all.`}
        </Text>
      )}
    </div>
  )
}

function apply({ subset, greedyWeights, greedyNll }: Selection, model: EnsembleModel): Chosen {
  const { snapshotIds } = model.workbench
  const isIn = (k: number): boolean =>
    subset === null ? (greedyWeights[k] ?? 0) > 0 : subset.members.includes(k)
  const method = subset === null ? 'weighted' : 'average'
  model.setMethod(method)
  model.tickOnly(
    snapshotIds.filter((_, k) => isIn(k)),
    'validation',
  )
  const how =
    subset === null
      ? 'by greedy selection, with weights'
      : `as the best of ${count(2 ** snapshotIds.length - 1)} subsets`
  return {
    signature: `${method} ${snapshotIds.map((_, k) => isIn(k)).join()}`,
    words: `Chosen on validation ${how} (NLL ${loss(subset?.nll ?? greedyNll)}): validation flatters this choice, so trust the test scores.`,
  }
}
