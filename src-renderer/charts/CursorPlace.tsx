import { useCursor } from './cursor.ts'
import classes from './PageLegend.module.css'

interface Props {
  readonly group: string
  readonly words: (x: number) => string
  /** While there is no cursor: the place of the values that the charts' heads tell then. */
  readonly last: string
}

/** Where the cursor is: step, epoch and time. */
export function CursorPlace({ group, words, last }: Props) {
  const at = useCursor(group)
  return (
    <span className={classes.place} data-live={at !== undefined}>
      {at === undefined ? last : words(at)}
    </span>
  )
}
