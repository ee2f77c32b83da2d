import { SegmentedControl } from '@mantine/core'
import type { ChartFrame } from './types.ts'

const frames = [
  { value: 'signal', label: 'Fit signal' },
  { value: 'all', label: 'All' },
] as const

interface Props {
  readonly frame: ChartFrame
  readonly onChange: (frame: ChartFrame) => void
}

/** What the vertical axes of a page's charts span at first: the signal, or all values. */
export function FrameSwitch({ frame, onChange }: Props) {
  return <SegmentedControl aria-label="Vertical axes" value={frame} data={[...frames]} onChange={onChange} />
}
