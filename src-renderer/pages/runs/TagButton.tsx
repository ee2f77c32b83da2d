import { Button, Group, Pill, Popover, TagsInput } from '@mantine/core'
import { useState } from 'react'
import type { RunSummary } from '../../../shared/api/runs.ts'
import { tag, untag } from './rowActions.ts'

interface TagButtonProps {
  readonly runs: readonly RunSummary[]
  readonly knownTags: readonly string[]
}

/** Adds tags to the runs selected, and takes off those they have. */
export function TagButton({ runs, knownTags }: TagButtonProps) {
  const [opened, setOpened] = useState(false)
  const [tags, setTags] = useState<string[]>([])
  const had = [...new Set(runs.flatMap((run) => run.tags))].sort()
  const add = (): void => {
    setOpened(false)
    setTags([])
    if (tags.length > 0) void tag(runs, tags)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="top-start" shadow="md" width={320} trapFocus>
      <Popover.Target>
        <Button variant="default" onClick={() => setOpened(!opened)}>
          Tag
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Tags">
        <TagsInput
          size="xs"
          label="Add tags"
          placeholder="Enter after each"
          data={knownTags.filter((one) => !had.includes(one))}
          value={tags}
          onChange={(next) => setTags(next.map((one) => one.trim().slice(0, 64)).filter((one) => one !== ''))}
          acceptValueOnBlur
          comboboxProps={{ withinPortal: false }}
        />
        {had.length > 0 && (
          <Group gap="xs" mt="sm">
            {had.map((one) => (
              <Pill
                key={one}
                withRemoveButton
                onRemove={() => void untag(runs, one)}
                removeButtonProps={{ 'aria-label': `Take off ${one}`, 'aria-hidden': false, tabIndex: 0 }}
              >
                {one}
              </Pill>
            ))}
          </Group>
        )}
        <Button mt="sm" onClick={add} disabled={tags.length === 0}>
          Add
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}
