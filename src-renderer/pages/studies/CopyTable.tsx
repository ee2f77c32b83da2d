import { Button } from '@mantine/core'
import { copyText } from '../../components/copyText.ts'
import { notifyDone, notifyError } from '../../components/notify.ts'

interface CopyTableProps {
  /** "the table": what is copied. */
  readonly what: string
  readonly markdown: () => string
  readonly csv: () => string
}

/** Puts a table on the clipboard as text, made when it is asked for. */
export function CopyTable({ what, markdown, csv }: CopyTableProps) {
  return (
    <Button.Group>
      <Copy label={`Copy ${what} as Markdown`} words="Copy Markdown" text={markdown} />
      <Copy label={`Copy ${what} as CSV`} words="CSV" text={csv} />
    </Button.Group>
  )
}

function Copy(given: { readonly label: string; readonly words: string; readonly text: () => string }) {
  const copy = async (): Promise<void> => {
    if (await copyText(given.text())) notifyDone('Copied')
    else notifyError('It could not be copied', new Error('The window may not use the clipboard.'))
  }
  return (
    <Button size="compact-xs" variant="default" title={given.label} onClick={() => void copy()}>
      {given.words}
    </Button>
  )
}
