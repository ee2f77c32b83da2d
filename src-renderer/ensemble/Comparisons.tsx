import { Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { CostedRun } from '../../shared/ensemble/trainingCost.ts'
import { queryClient } from '../client.ts'
import { errorWords } from '../components/errorWords.ts'
import { count } from '../format/format.ts'
import { ChoiceTable } from './ChoiceTable.tsx'
import { comparisonQuery } from './comparisonQuery.ts'
import { HurtfulNotes, RunsTables } from './RunsTables.tsx'
import { Section } from './Section.tsx'
import type { EnsembleModel } from './useEnsemble.ts'
import { WorkLine } from './WorkLine.tsx'

/** Of more, comparing takes seconds: it is asked for, and can be cancelled. */
const mostAtOnce = 24

interface ComparisonsProps {
  readonly model: EnsembleModel
  readonly lineage: ReadonlyMap<string, CostedRun>
}

/** Which members one would choose, and what runs are worth beside snapshots: of all candidates, whoever is ticked. */
export function Comparisons({ model, lineage }: ComparisonsProps) {
  const { workbench, candidates } = model
  const [isAsked, setAsked] = useState(false)
  const [share, setShare] = useState(0)
  const options = useMemo(
    () => comparisonQuery(workbench, candidates, lineage, setShare),
    [workbench, candidates, lineage],
  )
  const working = `Choosing among ${count(candidates.length)} snapshots and comparing their runs`
  const isFew = candidates.length <= mostAtOnce
  const query = useQuery({ ...options, enabled: isFew || isAsked })
  if (candidates.length < 2) return null
  const cancel = () => {
    setAsked(false)
    setShare(0)
    void queryClient.cancelQueries({ queryKey: options.queryKey })
  }
  if (query.data !== undefined)
    return (
      <>
        <ChoiceTable
          model={model}
          choices={query.data.choices}
          notes={<HurtfulNotes model={model} runs={query.data.runs} />}
        />
        <RunsTables model={model} runs={query.data.runs} />
      </>
    )
  return (
    <Section title="Choice of members">
      <Group gap="sm">
        {query.isFetching ? (
          isFew ? (
            <Text size="xs" c="dimmed" role="status">
              {working}…
            </Text>
          ) : (
            <WorkLine words={working} share={share} onCancel={cancel} />
          )
        ) : (
          <>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                setAsked(true)
                if (query.isError) void query.refetch()
              }}
            >
              Compare choices and runs
            </Button>
            <Text size="xs" c={query.isError ? 'var(--failure)' : 'dimmed'} role="status">
              {query.isError
                ? `They could not be compared: ${errorWords(query.error)}`
                : `Takes seconds for ${count(candidates.length)} snapshots.`}
            </Text>
          </>
        )}
      </Group>
    </Section>
  )
}
