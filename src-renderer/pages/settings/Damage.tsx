import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useHealth } from '../../hooks/useHealth.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import classes from './Settings.module.css'

/** What of the lab is damaged, as far as it was read since the program started. */
export function Damage() {
  const { damage } = useHealth()
  const { byId } = useRuns()
  const known = damage.flatMap(({ runId, words }) => {
    const run = byId.get(runId)
    return run === undefined ? [] : [{ run, words }]
  })
  if (known.length === 0) return null
  return (
    <section aria-label="Damage">
      <p className={classes.measured}>Damaged, found while reading; all else can be used as ever</p>
      <ul className={classes.damage}>
        {known.map(({ run, words }) => (
          <li key={`${run.id} ${words}`}>
            <Anchor
              inherit
              renderRoot={(props) => <Link {...props} to="/runs/$runId" params={{ runId: run.id }} />}
            >
              {run.name}
            </Anchor>
            : {words}
          </li>
        ))}
      </ul>
    </section>
  )
}
