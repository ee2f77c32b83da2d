import { useRef } from 'react'

/** The list as it was before where its rows are the same objects, so that what is made of it need not be made anew. */
export function useSameRows<Row>(rows: readonly Row[]): readonly Row[] {
  const held = useRef(rows)
  const before = held.current
  if (before.length !== rows.length || before.some((row, i) => row !== rows[i])) held.current = rows
  return held.current
}
