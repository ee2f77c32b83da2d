import { Button } from '@mantine/core'
import { copyText } from '../../components/copyText.ts'
import { notifyDone, notifyError } from '../../components/notify.ts'

interface CopyButtonProps {
  readonly text: string
  readonly words: string
  readonly disabled?: boolean
}

export function CopyButton({ text, words, disabled }: CopyButtonProps) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      disabled={disabled ?? false}
      onClick={() => void copySaying(text)}
    >
      {words}
    </Button>
  )
}

export async function copySaying(text: string): Promise<void> {
  if (await copyText(text)) notifyDone('Copied')
  else
    notifyError(
      'It could not be copied',
      new Error('The window may not use the clipboard; select the text instead.'),
    )
}
