import { Button, Group, Textarea } from '@mantine/core'
import { useState } from 'react'
import { csvText } from '../../shared/csvText.ts'
import type { Example } from './examples.ts'

interface RowsFieldProps {
  readonly columns: readonly string[]
  readonly isBusy: boolean
  readonly onAsk: (examples: readonly Example[]) => void
}

/** Rows typed or pasted: a line of names, then a line a row. */
export function RowsField({ columns, isBusy, onAsk }: RowsFieldProps) {
  const [text, setText] = useState(() => csvText([columns]))
  return (
    <Group align="end" gap="sm">
      <Textarea
        flex={1}
        label="Or type rows"
        description="The first line names the columns."
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Button
        disabled={isBusy || text.trim().split('\n').length < 2}
        onClick={() => onAsk([{ name: 'rows', content: new Blob([text]) }])}
      >
        Ask
      </Button>
    </Group>
  )
}
