import { nameParts } from '../format/nameEnd.ts'
import classes from './NameText.module.css'

/** A name on one line. Too long for it, the name loses its middle: runs of a study differ by their last words, the seed. */
export function NameText({ name }: { readonly name: string }) {
  const { start, end } = nameParts(name)
  return (
    <span className={classes.name}>
      <span className={classes.start}>{start}</span>
      {end !== '' && <span className={classes.end}>{end}</span>}
    </span>
  )
}
