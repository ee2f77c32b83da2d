import { Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useHealth } from '../hooks/useHealth.ts'
import { healthWords } from './healthWords.ts'
import classes from './Notes.module.css'

/** A line above every page while the lab cannot store; it goes by itself. */
export function HealthNote() {
  const words = healthWords(useHealth())
  if (words === undefined) return null
  return (
    <p className={classes.note} role="alert">
      <span className={classes.text}>
        <strong>{words.title}</strong> {words.text}
      </span>
      {words.canMakeRoom && (
        <Anchor inherit renderRoot={(props) => <Link {...props} to="/settings" hash="storage" />}>
          See what takes the space
        </Anchor>
      )}
    </p>
  )
}
