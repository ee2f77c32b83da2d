import { Checkbox, Table, Text, UnstyledButton } from '@mantine/core'
import { memo } from 'react'
import { loss, percent } from '../format/format.ts'
import type { BenchPart } from './bench.ts'
import { areOfSeveralRuns, type Candidate, nameOf } from './candidates.ts'
import classes from './Ensemble.module.css'
import type { EnsembleModel } from './useEnsemble.ts'

interface MembersTableProps {
  readonly model: EnsembleModel
  readonly selected?: number | undefined
  readonly onSelect?: ((snapshotId: number) => void) | undefined
}

/** Every candidate with its own scores and a box to tick. */
export function MembersTable({ model, selected, onSelect }: MembersTableProps) {
  const { candidates, choice, bench, shares, refused } = model
  const several = areOfSeveralRuns(candidates)
  const ticked = choice.ticked.filter(Boolean).length
  return (
    <div>
      <Table.ScrollContainer minWidth={300}>
        <Table
          horizontalSpacing="xs"
          verticalSpacing={2}
          aria-label="Members of the ensemble"
          highlightOnHover
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={28}>
                <Checkbox
                  size="xs"
                  aria-label={ticked === candidates.length ? 'Untick all members' : 'Tick all members'}
                  checked={ticked === candidates.length}
                  indeterminate={ticked > 0 && ticked < candidates.length}
                  onChange={() => (ticked === candidates.length ? model.tickOnly([]) : model.tickAll())}
                />
              </Table.Th>
              <Table.Th>Member</Table.Th>
              <Table.Th ta="right">Weight</Table.Th>
              {bench.validation && <Table.Th ta="right">Validation</Table.Th>}
              {bench.test && <Table.Th ta="right">Test</Table.Th>}
              <Table.Th ta="right">NLL</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {candidates.map((candidate, k) => (
              <MemberRow
                key={candidate.snapshotId}
                candidate={candidate}
                name={nameOf(candidate, several)}
                place={k}
                ticked={choice.ticked[k] === true}
                share={shares[k] ?? 0}
                validation={bench.validation}
                test={bench.test}
                isSelected={candidate.snapshotId === selected}
                tick={model.tick}
                onSelect={onSelect}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {refused.map(({ candidate, reason }) => (
        <Text key={candidate.snapshotId} size="xs" c="dimmed" mt={2}>
          {nameOf(candidate, true)} cannot join: {reason}.
        </Text>
      ))}
    </div>
  )
}

interface MemberRowProps {
  readonly candidate: Candidate
  readonly name: string
  readonly place: number
  readonly ticked: boolean
  readonly share: number
  readonly validation: BenchPart | null
  readonly test: BenchPart | null
  readonly isSelected: boolean
  readonly tick: EnsembleModel['tick']
  readonly onSelect: MembersTableProps['onSelect']
}

const MemberRow = memo(function MemberRow(row: MemberRowProps) {
  const { candidate, name, place, ticked, share, validation, test, isSelected, tick, onSelect } = row
  const { snapshotId } = candidate
  const own = validation?.predictions[place]?.scores
  const tested = test?.predictions[place]?.scores
  return (
    <Table.Tr data-left={!ticked || undefined} className={classes.member} aria-selected={isSelected}>
      <Table.Td>
        <Checkbox
          size="xs"
          aria-label={`Member ${name}`}
          checked={ticked}
          onChange={({ currentTarget }) => tick(snapshotId, currentTarget.checked)}
        />
      </Table.Td>
      <Table.Th scope="row" fw={400}>
        {onSelect === undefined ? (
          name
        ) : (
          <UnstyledButton
            fz="inherit"
            className={classes.pick}
            aria-pressed={isSelected}
            onClick={() => onSelect(snapshotId)}
          >
            {name}
          </UnstyledButton>
        )}
      </Table.Th>
      <Table.Td ta="right">{share > 0 ? percent(share, 0) : '–'}</Table.Td>
      {validation && <Table.Td ta="right">{percent(own?.accuracy, 2)}</Table.Td>}
      {test && <Table.Td ta="right">{percent(tested?.accuracy, 2)}</Table.Td>}
      <Table.Td ta="right">{loss((tested ?? own)?.nll)}</Table.Td>
    </Table.Tr>
  )
})
