import { nameParts } from '../format/nameEnd.ts'
import classes from './NameText.module.css'

/**
 * A name on one line. Too long for it, the name loses its middle: runs of a study differ by their last words, the seed. The
 * name itself is one text, for copying, finding and reading aloud; the cut one is drawn over it.
 */
export function NameText({ name }: { readonly name: string }) {
  const { start, end } = nameParts(name)
  return (
    <span className={classes.name}>
      <span className={classes.text}>{name}</span>
      <span className={classes.cut} data-start={start} data-end={end} aria-hidden="true" />
    </span>
  )
}
