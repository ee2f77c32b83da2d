import type { DamageInfo } from '../../../shared/api/lab.ts'
import { damageWords } from './damageWords.ts'
import classes from './Run.module.css'

/** So many sentences; Settings has all of them. */
const shown = 4

/** What of the run is damaged; all else can be used as ever. */
export function DamageNote({ damage }: { readonly damage: readonly DamageInfo[] }) {
  const all = damageWords(damage)
  return (
    <section className={classes.note} data-tone="failure" aria-label="Damage" role="alert">
      <strong>Damaged</strong>
      <ul>
        {all.slice(0, shown).map((words) => (
          <li key={words}>{words}</li>
        ))}
        {all.length > shown && <li>and {all.length - shown} more, which Settings lists.</li>}
      </ul>
    </section>
  )
}
