import { Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import classes from './Ensemble.module.css'

interface SectionProps {
  readonly title: string
  /** One line under the title: what is shown and its unit. */
  readonly about?: ReactNode
  /** To the right of the title. */
  readonly action?: ReactNode
  readonly children: ReactNode
}

/** One part of the workbench under a heading of its own. */
export function Section({ title, about, action, children }: SectionProps) {
  const id = useId()
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.sectionHead}>
        <Title order={3} id={id}>
          {title}
        </Title>
        {action}
      </div>
      {about !== undefined && <p className={classes.about}>{about}</p>}
      {children}
    </section>
  )
}
