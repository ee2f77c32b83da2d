import { NativeSelect } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { ExamplePlaces } from '../../../shared/api/mistakes.ts'
import { disputed, judgedRow } from '../../../shared/mistakes/examples.ts'
import type { MistakeReport } from '../../../shared/mistakes/report.ts'
import { counted, percent } from '../../format/format.ts'
import { ExampleGrid } from './ExampleGrid.tsx'

interface DisputesProps {
  readonly report: MistakeReport
  readonly part: string
  readonly nameOf: (label: number) => string
  /** Along the members. */
  readonly memberNames: readonly string[]
  readonly places: ExamplePlaces | undefined
}

/** On what two members give different answers. */
export function Disputes({ report, part, nameOf, memberNames, places }: DisputesProps) {
  const [pair, setPair] = useState<readonly [number, number]>([0, memberNames.length - 1])
  const [a, b] = [report.members[pair[0]], report.members[pair[1]]]
  const rows = useMemo(() => (a && b ? disputed(a, b) : []), [a, b])
  if (a === undefined || b === undefined) return null
  const options = memberNames.map((label, k) => ({ value: String(k), label }))
  const tiles = rows.map((row) => {
    const [first, second] = [judgedRow(a, row), judgedRow(b, row)]
    const words = `true ${nameOf(first.label)}\nfirst ${nameOf(first.guess)} ${percent(first.confidence)}\nsecond ${nameOf(second.guess)} ${percent(second.confidence)}`
    return { row, words }
  })
  return (
    <ExampleGrid
      title="What two members disagree on"
      about={`${counted(rows.length, `${part} example`)} on which they predict different classes, those first on which both are sure.`}
      tiles={tiles}
      places={places}
      choice={
        <>
          <NativeSelect
            size="xs"
            aria-label="First member"
            value={pair[0]}
            data={options}
            onChange={({ currentTarget }) => setPair([Number(currentTarget.value), pair[1]])}
          />
          <NativeSelect
            size="xs"
            aria-label="Second member"
            value={pair[1]}
            data={options}
            onChange={({ currentTarget }) => setPair([pair[0], Number(currentTarget.value)])}
          />
        </>
      }
    />
  )
}
