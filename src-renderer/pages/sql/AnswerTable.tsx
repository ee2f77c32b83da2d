import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { SqlAnswer } from '../../../shared/api/sql.ts'
import { cellText, isNumeric } from './cells.ts'
import classes from './Sql.module.css'

const rowHeight = 26

/** Only the rows in sight are in the page. */
export function AnswerTable({ answer }: { readonly answer: SqlAnswer }) {
  const scroller = useRef<HTMLElement>(null)
  const { columns, rows } = answer
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  })
  const shown = virtual.getVirtualItems()
  const above = shown[0]?.start ?? 0
  const below = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
    <section ref={scroller} className={classes.answer} aria-label="Answer" tabIndex={0}>
      <table aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((name, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name, and none moves.
              <th key={`${i} ${name}`} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr style={{ height: above }} />}
          {shown.map(({ index }) => (
            <tr key={index} aria-rowindex={index + 2}>
              {rows[index]?.map((cell, i) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above.
                  key={`${i} ${columns[i]}`}
                  data-numeric={isNumeric(cell)}
                  data-null={cell === null}
                  title={typeof cell === 'string' && cell.length > 40 ? cell.slice(0, 2000) : undefined}
                >
                  {cellText(cell).slice(0, 300)}
                </td>
              ))}
            </tr>
          ))}
          {below > 0 && <tr style={{ height: below }} />}
        </tbody>
      </table>
    </section>
  )
}
