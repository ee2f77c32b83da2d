import { type ReactNode, useEffect } from 'react'
import { pin, pointAt, useEmphasis, usePinned } from './emphasis.ts'
import classes from './PageLegend.module.css'
import { Swatch } from './Swatch.tsx'
import type { ChartSeries } from './types.ts'

/** A kind of line that stands in several charts of a page. */
export interface LegendEntry extends Pick<ChartSeries, 'color' | 'dash' | 'marked'> {
  readonly id: string
  readonly label: string
}

interface Props {
  readonly entries: readonly LegendEntry[]
  readonly group: string
  /** Beside the entries: where the cursor is. */
  readonly children?: ReactNode
}

/** The one legend of a page of charts. Pointing at an entry singles its lines out in all of them; a click holds that. */
export function PageLegend({ entries, group, children }: Props) {
  const pinned = usePinned(group)
  const emphasis = useEmphasis(group)
  const isGone = pinned !== undefined && !entries.some(({ id }) => id === pinned)
  useEffect(() => {
    if (isGone) pin(group, undefined)
  }, [isGone, group])
  return (
    <div className={classes.row}>
      <ul className={classes.legend} aria-label="Legend">
        {entries.map((entry) => (
          <li key={entry.id}>
            <button
              type="button"
              className={classes.entry}
              aria-pressed={pinned === entry.id}
              data-back={emphasis !== undefined && emphasis !== entry.id}
              title={pinned === entry.id ? 'Show the others again' : 'Single it out'}
              onClick={() => pin(group, pinned === entry.id ? undefined : entry.id)}
              onPointerEnter={() => pointAt(group, entry.id)}
              onPointerLeave={() => pointAt(group, undefined)}
              onFocus={() => pointAt(group, entry.id)}
              onBlur={() => pointAt(group, undefined)}
            >
              <Swatch look={entry} width={22} />
              {entry.label}
            </button>
          </li>
        ))}
      </ul>
      {children}
    </div>
  )
}
