import { Anchor, Button, Text } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import { methodWords } from '../../../shared/ensemble/methods.ts'
import { PageHeader } from '../../components/PageHeader.tsx'
import { ScoreMeasureSwitch } from '../../components/ScoreMeasureSwitch.tsx'
import { type ChoiceAddress, startOfAddress } from '../../ensemble/choiceAddress.ts'
import { EnsembleName } from '../../ensemble/EnsembleName.tsx'
import { EnsemblePanel } from '../../ensemble/EnsemblePanel.tsx'
import { deleteEnsembles } from '../../ensemble/saved.ts'
import type { Start } from '../../ensemble/useEnsemble.ts'
import { membersWords } from '../../ensemble/words.ts'
import { moment } from '../../format/format.ts'
import { scoreText } from '../../format/scoreMeasure.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import classes from './Ensembles.module.css'
import { standingOf } from './joining.ts'
import { WorkbenchRuns } from './WorkbenchRuns.tsx'

interface OpenWorkbenchProps {
  readonly runIds: readonly string[]
  /** The saved ensemble that is open. */
  readonly opened: EnsembleInfo | undefined
  /** As the address has it. */
  readonly chosen: ChoiceAddress
}

/** The workbench over the snapshots of some runs, from a saved ensemble or from nothing. */
export function OpenWorkbench({ runIds, opened, chosen }: OpenWorkbenchProps) {
  const address = useSearch({ from: '/ensembles' })
  const navigate = useNavigate()
  const { byId, state } = useRuns()
  const standing = standingOf(runIds.flatMap((id) => byId.get(id) ?? []))
  const missing = state === 'connecting' ? [] : runIds.filter((id) => !byId.has(id))
  const joined = standing.flatMap(({ run, reason }) => (reason === undefined ? [run] : []))
  const show = (runs: readonly string[]) =>
    void navigate({
      to: '/ensembles',
      search: runs.length === 0 ? {} : { runs: [...runs], ...(opened && { open: opened.id }) },
    })
  return (
    <main className={classes.page}>
      {opened === undefined ? (
        <PageHeader
          title="Ensemble"
          actions={
            <>
              <ScoreMeasureSwitch />
              <ToAll />
            </>
          }
        />
      ) : (
        <OpenedHeader key={opened.id} ensemble={opened} />
      )}
      <WorkbenchRuns
        standing={standing}
        missing={missing}
        onAdd={(id) => show([...runIds, id])}
        onRemove={(id) => show(runIds.filter((other) => other !== id))}
      />
      {opened?.method === 'weightAverage' && <AveragedNote ensemble={opened} />}
      {joined.length > 0 && (
        <EnsemblePanel
          key={opened?.id ?? 'new'}
          runs={joined}
          focus={false}
          start={startOf(opened, chosen)}
          onChoice={(choice) =>
            void navigate({
              to: '/ensembles',
              replace: true,
              resetScroll: false,
              search: { ...address, ...choice },
            })
          }
          onOpen={({ id }) => void navigate({ to: '/ensembles', search: { open: id } })}
        />
      )}
    </main>
  )
}

/** A choice in the address was made after the ensemble was opened; the same members of a weighted one keep their shares. */
function startOf(opened: EnsembleInfo | undefined, chosen: ChoiceAddress): Start {
  const { method, members, weights } = chosen
  if (opened === undefined || weights !== undefined) return startOfAddress(chosen)
  const saved = opened.method === 'weightAverage' ? 'average' : opened.method
  const ids = opened.members.map(({ snapshotId }) => snapshotId)
  const areSame =
    members === undefined || (members.length === ids.length && members.every((id) => ids.includes(id)))
  if ((method !== undefined || members !== undefined) && !(areSame && (method ?? 'average') === saved))
    return startOfAddress(chosen)
  const shares = new Map(opened.members.map(({ snapshotId, weight }) => [snapshotId, weight]))
  return { method: saved, snapshotIds: ids, ...(saved === 'weighted' && { shares }) }
}

const ToAll = () => (
  <Anchor renderRoot={(props) => <Link to="/ensembles" search={{}} {...props} />}>All ensembles</Anchor>
)

function OpenedHeader({ ensemble }: { readonly ensemble: EnsembleInfo }) {
  const navigate = useNavigate()
  const [isRenaming, setRenaming] = useState(false)
  const remove = async () => {
    await navigate({ to: '/ensembles', search: {} })
    await deleteEnsembles([ensemble])
  }
  return (
    <EnsembleName ensemble={ensemble} isRenaming={isRenaming} onDone={() => setRenaming(false)}>
      <PageHeader
        title={ensemble.name}
        detail={`${methodWords[ensemble.method].title}, ${membersWords(ensemble)}, saved ${moment(ensemble.createdAt)}`}
        actions={
          <>
            <ScoreMeasureSwitch />
            <ToAll />
            <Button variant="default" onClick={() => setRenaming(true)}>
              Rename
            </Button>
            <Button variant="default" onClick={() => void remove()}>
              Delete
            </Button>
          </>
        }
      />
    </EnsembleName>
  )
}

/** One model of averaged weights keeps its scores and no predictions: there is no arithmetic to do on it. */
function AveragedNote({ ensemble: { testAccuracy, valAccuracy } }: { readonly ensemble: EnsembleInfo }) {
  const [measure] = useScoreMeasure()
  const scores = [
    testAccuracy === null ? [] : [`test ${measure} ${scoreText(testAccuracy, measure, 2)}`],
    valAccuracy === null ? [] : [`validation ${measure} ${scoreText(valAccuracy, measure, 2)}`],
  ].flat()
  return (
    <Text size="sm">
      Saved as one model of averaged weights: {scores.join(', ') || 'its scores are not known'}. Below, the
      predictions of the same members are averaged instead.
    </Text>
  )
}
