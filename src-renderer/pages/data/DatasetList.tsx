import { Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { DatasetList as List } from '../../../shared/api/datasets.ts'
import { bytes, counted } from '../../format/format.ts'
import classes from './DatasetList.module.css'
import { callName, partWords, shapeWords } from './words.ts'

interface DatasetListProps {
  /** Absent while it is not known. */
  readonly list: List | undefined
  readonly openId: string | undefined
  readonly onOpen: (id: string) => void
}

export function DatasetList({ list, openId, onOpen }: DatasetListProps) {
  if (list === undefined)
    return (
      <div className={classes.list} role="status" aria-label="Reading the data sets">
        {[1, 2, 3].map((row) => (
          <Skeleton key={row} height={44} m={6} w="auto" />
        ))}
      </div>
    )
  const linkProps = (id: string) => ({
    className: classes.row,
    // The first is open where the address names none.
    'aria-current': openId === id ? ('page' as const) : undefined,
    'data-open': openId === id,
    onClick: () => onOpen(id),
  })
  return (
    <nav className={classes.list} aria-label="Data sets">
      <ul>
        {list.damaged.map(({ id }) => (
          <li key={id}>
            <Link to="/data" search={{ open: id }} {...linkProps(id)}>
              <span className={classes.name}>{id}</span>
              <span className={classes.damaged}>
                <DamagedSign /> damaged
              </span>
            </Link>
          </li>
        ))}
        {list.whole.map((dataset) => (
          <li key={dataset.id}>
            <Link to="/data" search={{ open: dataset.id }} {...linkProps(dataset.id)}>
              <span className={classes.line}>
                <span className={classes.name}>{dataset.name}</span>
                {callName(dataset, list.whole) === dataset.id && (
                  <span className={classes.facts}>{dataset.id}</span>
                )}
                <span className={classes.runs}>
                  {dataset.runs === 0 ? 'no runs' : counted(dataset.runs, 'run')}
                </span>
              </span>
              <span className={classes.facts}>
                {dataset.kind === 'image' ? 'Images' : 'Table'}: {shapeWords(dataset)},{' '}
                {counted(dataset.classes.length, 'class', 'classes')}
              </span>
              <span className={classes.line}>
                <span className={classes.facts}>{partWords(dataset)}</span>
                <span className={classes.runs}>{bytes(dataset.bytes)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function DamagedSign() {
  return (
    <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      <path
        d="M5 0.5l4.5 8.5h-9zM4.4 3.5v2.8h1.2v-2.8zM4.4 7v1.2h1.2v-1.2z"
        fill="currentColor"
        fillRule="evenodd"
      />
    </svg>
  )
}
