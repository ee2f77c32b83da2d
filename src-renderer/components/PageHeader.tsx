import { Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import classes from './PageHeader.module.css'

/** What the tab, the window and the system's switcher call this page. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Anneal`
  }, [title])
}

interface PageHeaderProps {
  /** Also the title of the tab. */
  readonly title: string
  /** Beside the title, e.g. a count or a status. */
  readonly detail?: ReactNode
  /** To the right. */
  readonly actions?: ReactNode
}

export function PageHeader({ title, detail, actions }: PageHeaderProps) {
  usePageTitle(title)
  return (
    <header className={classes.header}>
      <Title order={1} className={classes.title}>
        {title}
      </Title>
      {detail !== undefined && <div className={classes.detail}>{detail}</div>}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  )
}
