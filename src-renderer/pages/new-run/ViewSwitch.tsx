import { SegmentedControl } from '@mantine/core'
import { memo } from 'react'

/** What stands at the right of the page. */
export type View = 'designer' | 'model' | 'json' | 'code'

interface ViewSwitchProps {
  readonly view: View
  /** The draft trains a model of the user's own, which has an editor. */
  readonly hasOwnModel: boolean
  readonly onChange: (view: View) => void
}

export const ViewSwitch = memo(function ViewSwitch({ view, hasOwnModel, onChange }: ViewSwitchProps) {
  return (
    <SegmentedControl
      aria-label="View"
      value={view}
      onChange={onChange}
      data={[
        { value: 'designer', label: 'Designer' },
        ...(hasOwnModel ? [{ value: 'model', label: 'Model' } as const] : []),
        { value: 'json', label: 'JSON' },
        { value: 'code', label: 'Code' },
      ]}
    />
  )
})
