import { z } from 'zod'

/**
 * queued: it waits for the runs before it, belongs to no host and survives restarts.
 * interrupted: its trainer or host died; it is not running and can be resumed.
 */
export const runStatus = z.enum([
  'queued',
  'created',
  'running',
  'paused',
  'completed',
  'stopped',
  'failed',
  'interrupted',
])
export type RunStatus = z.infer<typeof runStatus>

const next: Record<RunStatus, readonly RunStatus[]> = {
  queued: ['running', 'failed', 'stopped'],
  created: ['running', 'failed', 'interrupted'],
  running: ['paused', 'completed', 'stopped', 'failed', 'interrupted'],
  paused: ['running', 'completed', 'stopped', 'failed', 'interrupted'],
  completed: ['running'],
  stopped: ['running', 'queued'],
  failed: ['running', 'queued'],
  interrupted: ['running', 'queued'],
}

/** Whether a run may go from one status to the other: resuming and extending go through `running`, by a study's host through `queued`. */
export function canBecome(from: RunStatus, to: RunStatus): boolean {
  return next[from].includes(to)
}

/** Statuses in which some host owns the run and a trainer lives. */
export function isActive(status: RunStatus): boolean {
  return status === 'created' || status === 'running' || status === 'paused'
}
