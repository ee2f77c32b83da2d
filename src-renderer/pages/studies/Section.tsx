import { Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import classes from './Results.module.css'

interface SectionProps {
  readonly title: string
  /** Under the title: what is shown, of what, and its unit. */
  readonly about?: ReactNode
  /** Beside the title. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** One part of a study's results under a heading of its own. */
export function Section({ title, about, actions, children }: SectionProps) {
  const id = useId()
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.sectionHead}>
        <Title order={2} id={id}>
          {title}
        </Title>
        {actions}
      </div>
      {about !== undefined && <p className={classes.about}>{about}</p>}
      {children}
    </section>
  )
}
