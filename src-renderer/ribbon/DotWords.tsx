import { dotWords } from './dots.ts'
import classes from './Ribbon.module.css'
import type { RibbonData } from './types.ts'

/** Under a ribbon that has more snapshots than it draws. */
export function DotWords({ data }: { readonly data: RibbonData }) {
  const words = dotWords(data)
  return words === undefined ? null : <p className={classes.words}>{words}</p>
}
