import type { RunStatus } from '../../shared/run/state.ts'
import classes from './StatusBadge.module.css'

const words: Readonly<Record<RunStatus, string>> = {
  queued: 'queued',
  created: 'starting',
  running: 'running',
  paused: 'paused',
  completed: 'completed',
  stopped: 'stopped',
  failed: 'failed',
  interrupted: 'interrupted',
}

/** Shapes tell the states apart without colour. All drawn in a square of 10. */
const shapes: Readonly<Record<RunStatus, string>> = {
  queued: 'M1 1h8v1.6h-8zM1 4.2h8v1.6h-8zM1 7.4h8v1.6h-8z',
  created: 'M5 1a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM5 2.4a2.6 2.6 0 1 1 0 5.2a2.6 2.6 0 1 1 0-5.2z',
  running: 'M2 1l7 4l-7 4z',
  paused: 'M2 1h2v8h-2zM6 1h2v8h-2z',
  completed: 'M1 5.2l1.2-1.2l1.9 1.9l3.7-4.1l1.2 1.1l-4.8 5.4z',
  stopped: 'M1.5 1.5h7v7h-7z',
  failed:
    'M1 2.2l1.2-1.2l2.8 2.8l2.8-2.8l1.2 1.2l-2.8 2.8l2.8 2.8l-1.2 1.2l-2.8-2.8l-2.8 2.8l-1.2-1.2l2.8-2.8z',
  interrupted: 'M5 0.5l4.5 8.5h-9zM4.4 3.5v2.8h1.2v-2.8zM4.4 7v1.2h1.2v-1.2z',
}

interface StatusBadgeProps {
  readonly status: RunStatus
  /** What is not a run may call the same state by another word. */
  readonly word?: string
}

export function StatusBadge({ status, word }: StatusBadgeProps) {
  return (
    <span className={classes.badge} data-status={status}>
      <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
        <path d={shapes[status]} fill="currentColor" fillRule="evenodd" />
      </svg>
      {word ?? words[status]}
    </span>
  )
}
