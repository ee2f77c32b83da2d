import { Tooltip } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './Field.module.css'
import type { Choice } from './model/fields.ts'

interface ExplainedProps {
  /** What the field does, in a sentence. */
  readonly hint: string | undefined
  /** What can be chosen in it; those with a help of their own are told one by one. */
  readonly choices?: readonly Choice[]
  /** The room it takes in its grid: one column, two, or the whole row (Questions.module.css, Designer.module.css). */
  readonly words?: 'short' | 'medium' | 'long' | 'whole'
  readonly children: ReactNode
}

/**
 * A field with its explanation, which opens above it when the pointer rests on the field or the focus enters it. Above,
 * because what is wrong with the field stands below.
 */
export function Explained({ hint, choices = [], words = 'short', children }: ExplainedProps) {
  const told = choices.filter(([, , help = '']) => help !== '')
  const field = (
    <div className={classes.field} data-words={words}>
      {children}
    </div>
  )
  if (hint === undefined && told.length === 0) return field
  return (
    <Tooltip
      label={
        <>
          {hint}
          {told.map(([value, label, help]) => (
            <div key={value}>
              <strong>{label}</strong>: {help}
            </div>
          ))}
        </>
      }
      multiline
      maw={320}
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
    wrapper: classes.box ?? '',
    input: classes.input ?? '',
    error: classes.error ?? '',
  },
})

/** What a choice does, with what the present one does, as one text. */
export function heardOf(
  hint: string | undefined,
  choices: readonly Choice[],
  value: unknown,
): string | undefined {
  const help = choices.find(([one]) => one === value)?.[2]
  const sentences = [hint, help].filter((one) => one !== undefined && one !== '')
  return sentences.length === 0 ? undefined : sentences.join(' ')
}
