import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import { NativeDialogs } from '../pages/data/import/NativeDialogs.tsx'

interface PathFieldProps {
  readonly kind: 'image' | 'table'
  readonly isBusy: boolean
  readonly onAsk: (path: string) => void
}

/** Examples that lie on the machine of the host: nothing is sent, so there may be any number of them. */
export function PathField({ kind, isBusy, onAsk }: PathFieldProps) {
  const [path, setPath] = useState('')
  const isEmpty = path.trim() === ''
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!isEmpty && !isBusy) onAsk(path.trim())
      }}
    >
      <Group align="end" gap="sm">
        <TextInput
          flex={1}
          label={kind === 'image' ? 'Or the path of an image or a folder' : 'Or the path of a table'}
          description="On the machine that Anneal runs on; nothing is copied."
          spellCheck={false}
          autoComplete="off"
          value={path}
          onChange={({ currentTarget }) => setPath(currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={isBusy || isEmpty}>
          Ask about the path
        </Button>
        {!isBusy && (
          <NativeDialogs
            onPick={(picked) => {
              setPath(picked)
              onAsk(picked)
            }}
          />
        )}
      </Group>
    </form>
  )
}
