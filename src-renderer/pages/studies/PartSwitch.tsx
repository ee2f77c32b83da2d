import { SegmentedControl } from '@mantine/core'
import type { ScorePart } from '../../../shared/study/budgetBlocks.ts'

interface PartSwitchProps {
  readonly part: ScorePart
  readonly onPart: (part: ScorePart) => void
}

/** By which part of the data results are told; the study chose by validation, whatever is shown. */
export function PartSwitch({ part, onPart }: PartSwitchProps) {
  return (
    <SegmentedControl<ScorePart>
      aria-label="Scores of which part of the data"
      value={part}
      onChange={onPart}
      data={[
        { value: 'validation', label: 'Validation' },
        { value: 'test', label: 'Test' },
      ]}
    />
  )
}
