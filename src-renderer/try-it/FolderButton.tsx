import { Button } from '@mantine/core'
import { useRef } from 'react'
import { type Example, examplesOf } from './examples.ts'

interface FolderButtonProps {
  readonly isBusy: boolean
  readonly onChoose: (examples: readonly Example[]) => void
}

/** A folder without dragging it: a drop zone opens a dialog of files only. */
export function FolderButton({ isBusy, onChoose }: FolderButtonProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={(element) => {
          input.current = element
          // React knows no property for it.
          element?.setAttribute('webkitdirectory', '')
        }}
        type="file"
        multiple
        hidden
        aria-label="Folder to send"
        onChange={({ currentTarget }) => {
          onChoose(examplesOf([...(currentTarget.files ?? [])]))
          // The same folder may be chosen again.
          currentTarget.value = ''
        }}
      />
      <Button variant="default" size="xs" disabled={isBusy} onClick={() => input.current?.click()}>
        Choose a folder to send…
      </Button>
    </>
  )
}
