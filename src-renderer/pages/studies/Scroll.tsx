import type { ReactNode } from 'react'
import classes from './Results.module.css'

/** Around a table that may be wider than the page: what scrolls must be reachable by keyboard, and have a name. */
export function Scroll({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={classes.scroll} tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
