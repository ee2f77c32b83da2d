import type { ComponentProps } from 'react'

interface PartProps extends ComponentProps<'div'> {
  readonly role: 'row' | 'rowgroup' | 'gridcell' | 'columnheader'
}

/**
 * A part of the grid: the browser's own table cannot be virtual and keep its columns. The grid has the focus and names the
 * row that is meant, so that no part takes it.
 */
export const Part = (props: PartProps) => <div {...props} />
