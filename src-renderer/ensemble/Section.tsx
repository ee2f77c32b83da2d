import { Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import classes from './Ensemble.module.css'

interface SectionProps {
  readonly title: string
  /** One line under the title: what is shown and its unit. */
  readonly about?: ReactNode
  /** To the right of the title. */
  readonly action?: ReactNode
  /** Of its heading: 4 within a group. */
  readonly level?: 3 | 4
  readonly children: ReactNode
}

/** One part of the workbench under a heading of its own. */
export function Section({ title, about, action, level = 4, children }: SectionProps) {
  const id = useId()
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div className={classes.sectionHead}>
        <Title order={level} id={id}>
          {title}
        </Title>
        {action}
      </div>
      {about !== undefined && <p className={classes.about}>{about}</p>}
      {children}
    </section>
  )
}
