import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './Settings.module.css'
import { type SettingsSection, titleOf } from './sections.ts'

interface SectionProps {
  /** Also the place in the address: /settings#storage. */
  readonly of: SettingsSection
  readonly children: ReactNode
}

export function Section({ of, children }: SectionProps) {
  return (
    <section aria-labelledby={of} className={classes.section}>
      <Title order={2} id={of}>
        {titleOf(of)}
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
