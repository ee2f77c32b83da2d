import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './Ensemble.module.css'
import { type GroupKey, groupId, groupTitles } from './groups.ts'

interface GroupProps {
  readonly of: GroupKey
  readonly children: ReactNode
}

/** Sections of the workbench that answer one question, under a heading that the links above lead to. */
export function Group({ of, children }: GroupProps) {
  const id = groupId(of)
  return (
    <section className={classes.group} aria-labelledby={id}>
      <Title order={3} id={id} tabIndex={-1} className={classes.groupTitle}>
        {groupTitles[of]}
      </Title>
      <div className={classes.groupBody}>{children}</div>
    </section>
  )
}

/** What stands in the place of a group that does not apply. */
export const NotApplicable = ({ children }: { readonly children: ReactNode }) => (
  <p className={classes.about}>{children}</p>
)
