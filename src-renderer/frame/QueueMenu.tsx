import { Popover, UnstyledButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useLayoutEffect, useRef } from 'react'
import type { QueueMove, RunSummary } from '../../shared/api/runs.ts'
import { moveQueued } from '../components/moveQueued.ts'
import { NameText } from '../components/NameText.tsx'
import { WhereShort } from '../workers/Where.tsx'
import classes from './QueueMenu.module.css'

/** How many runs wait; opens to their order, which is the user's to change. */
export function QueueMenu({ queue }: { readonly queue: readonly RunSummary[] }) {
  if (queue.length === 0) return null
  return (
    <Popover position="bottom-end" shadow="md" width={360} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.count}>{`${queue.length} queued`}</UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p="sm" aria-label="Queue">
        <QueueList queue={queue} />
      </Popover.Dropdown>
    </Popover>
  )
}

function QueueList({ queue }: { readonly queue: readonly RunSummary[] }) {
  const pressed = useRef<HTMLButtonElement>(null)
  // A row that changes its place loses the focus: the next press of the same key must find its button again.
  useLayoutEffect(() => {
    if (queue.length > 0 && document.activeElement === document.body) pressed.current?.focus()
  }, [queue])
  return (
    <ol className={classes.list}>
      {queue.map((run, place) => (
        <li key={run.id} className={classes.item}>
          <span className={classes.place}>{place + 1}</span>
          <Link to="/runs/$runId" params={{ runId: run.id }} className={classes.name} title={run.name}>
            <NameText name={run.name} />
          </Link>
          {run.place !== null && (
            <span className={classes.where}>
              <WhereShort run={run} />
            </span>
          )}
          <span
            className={classes.moves}
            onClickCapture={({ target }) => {
              if (target instanceof HTMLButtonElement) pressed.current = target
            }}
          >
            <Move run={run} to="first" isThere={place === 0} />
            <Move run={run} to="earlier" isThere={place === 0} />
            <Move run={run} to="later" isThere={place === queue.length - 1} />
          </span>
        </li>
      ))}
    </ol>
  )
}

const moves = {
  first: { sign: '⤒', does: (name: string) => `Start ${name} next` },
  earlier: { sign: '↑', does: (name: string) => `Move ${name} one place earlier` },
  later: { sign: '↓', does: (name: string) => `Move ${name} one place later` },
} as const satisfies Partial<Record<QueueMove, object>>

interface MoveProps {
  readonly run: RunSummary
  readonly to: keyof typeof moves
  readonly isThere: boolean
}

/** Never disabled, only said to be: a button that is disabled under the finger drops the focus. */
function Move({ run, to, isThere }: MoveProps) {
  const { sign, does } = moves[to]
  return (
    <button
      type="button"
      className={classes.move}
      aria-disabled={isThere}
      aria-label={does(run.name)}
      title={does(run.name)}
      onClick={() => {
        if (!isThere) void moveQueued(run, to)
      }}
    >
      {sign}
    </button>
  )
}
