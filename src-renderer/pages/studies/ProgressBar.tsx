import type { StudyCounts } from '../../../shared/api/studies.ts'
import classes from './Studies.module.css'
import { progressWords } from './words.ts'

const parts = ['completed', 'failed', 'other', 'active'] as const

/** A thin bar of what a study's runs came to; what waits is the empty rest. */
export function ProgressBar({ counts }: { readonly counts: StudyCounts }) {
  const words = progressWords(counts)
  return (
    <span className={classes.bar} role="img" aria-label={words} title={words}>
      {parts.map((part) => (
        <span
          key={part}
          data-part={part}
          style={{ width: `${(100 * counts[part]) / Math.max(1, counts.total)}%` }}
        />
      ))}
    </span>
  )
}
