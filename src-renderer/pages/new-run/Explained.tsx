import { Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './Field.module.css'

interface ExplainedProps {
  /** What the field does, in a sentence. */
  readonly hint: string | undefined
  /** The room it takes in its grid: one column, two, or the whole row (Questions.module.css, Designer.module.css). */
  readonly words?: 'short' | 'medium' | 'long' | 'whole'
  readonly children: ReactNode
}

/**
 * A field with its explanation, which opens above it when the pointer rests on the field or the focus enters it. Above,
 * because what is wrong with the field stands below.
 */
export function Explained({ hint, words = 'short', children }: ExplainedProps) {
  const field = (
    <div className={classes.field} data-words={words}>
      {children}
    </div>
  )
  if (hint === undefined) return field
  return (
    <Tooltip
      label={hint}
      multiline
      maw={260}
      position="top-start"
      openDelay={400}
      events={{ hover: true, focus: true, touch: true }}
    >
      {field}
    </Tooltip>
  )
}

/** Of a dense input: its label shows that there is an explanation, and screen readers always hear it. */
export const explained = (hint: string | undefined) => ({
  description: hint,
  classNames: {
    label: hint === undefined ? classes.label : `${classes.label} ${classes.explained}`,
    description: classes.heard ?? '',
    input: classes.input ?? '',
    error: classes.error ?? '',
  },
})
