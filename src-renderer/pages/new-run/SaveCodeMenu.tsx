import { Button, Menu } from '@mantine/core'
import {
  type ExportTarget,
  parityFiles,
  type SchedulePlan,
  type ScheduleSpec,
} from '../../../shared/schedule/index.ts'
import { saveText } from '../../components/saveText.ts'

interface SaveCodeMenuProps {
  readonly schedule: ScheduleSpec
  readonly plan: SchedulePlan
  readonly target: ExportTarget
}

const words = ['Code', 'Values of every step', 'Test of the code against the values'] as const

/** The three files of a schedule as code, for one folder, one by one: browsers ask before a page saves many at once. */
export function SaveCodeMenu({ schedule, plan, target }: SaveCodeMenuProps) {
  const save = (index: number): void => {
    const file = parityFiles(schedule, plan, target, target === 'tfjs' ? 'schedule.ts' : 'schedule.py')[index]
    if (file !== undefined) saveText(file.name, file.chunks())
  }
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
      <Menu.Target>
        <Button size="compact-xs" variant="default">
          Save…
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>For one folder</Menu.Label>
        {words.map((word, index) => (
          <Menu.Item key={word} onClick={() => save(index)}>
            {word}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
