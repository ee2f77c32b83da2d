import { Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'
import classes from './Settings.module.css'

interface SectionProps {
  readonly title: string
  readonly children: ReactNode
}

export function Section({ title, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={classes.section}>
      <Title order={2} id={id}>
        {title}
      </Title>
      {children}
    </section>
  )
}

interface FactProps {
  readonly name: string
  readonly children: ReactNode
}

/** A line of a `<dl>`. */
export function Fact({ name, children }: FactProps) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
