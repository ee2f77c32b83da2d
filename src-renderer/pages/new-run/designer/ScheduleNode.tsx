import { memo, type ReactNode } from 'react'
import { familyOf } from '../model/families.ts'
import type { Selection } from '../model/selection.ts'
import { getAt, type Path, textAt } from '../model/tree.ts'
import { FieldGrid, FineFields } from './FamilyFields.tsx'
import { isFine } from './fineFields.ts'
import { Parts } from './Parts.tsx'
import { Pickers } from './Pickers.tsx'

/** The warm-up in front of a schedule. */
export interface WarmUp {
  readonly path: Path
  readonly value: unknown
}

interface NodeProps {
  /** Of the schedule in the spec. */
  readonly path: Path
  readonly value: unknown
  readonly selection: Selection
  readonly onSelect: (path: Path, part: number) => void
  /** Beside its rates. */
  readonly action?: ReactNode
}

/** A schedule's family, preset and parameters; of one made of others, those of the part that is open too. */
export const ScheduleNode = memo(function ScheduleNode(props: NodeProps) {
  const { path, value } = props
  if (textAt(value, ['kind']) !== 'warmup') return <Schedule {...props} />
  // The schedule is what one looks for first; its warm-up stands among its fields.
  return (
    <Schedule
      {...props}
      path={[...path, 'schedule']}
      value={getAt(value, ['schedule'])}
      warmUp={{ path, value }}
    />
  )
})

function Schedule(props: NodeProps & { readonly warmUp?: WarmUp }) {
  const { path, value, selection, onSelect, action, warmUp } = props
  const kind = textAt(value, ['kind'])
  const main = (familyOf(kind)?.fields ?? []).filter((field) => !isFine(field))
  const rise = (familyOf('warmup')?.fields ?? []).filter((field) => !isFine(field))
  return (
    <>
      <Pickers path={path} value={value} {...(warmUp && { warmUp })} />
      <FieldGrid
        places={[
          { path, value, fields: main },
          ...(warmUp === undefined ? [] : [{ ...warmUp, fields: rise }]),
        ]}
      >
        {action}
      </FieldGrid>
      <FineFields path={path} value={value} {...(warmUp && { warmUp })} />
      {(kind === 'sequence' || kind === 'chain') && (
        <Parts path={path} value={value} selection={selection} onSelect={onSelect} Node={ScheduleNode} />
      )}
    </>
  )
}
