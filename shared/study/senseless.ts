import type { RunSpec } from '../run/spec.ts'

/*
 * Fields that a spec has and that change nothing of its run, because of what stands elsewhere in it: combinations that
 * differ in nothing else are one run, made once.
 */

interface Idle {
  readonly path: string
  /** "Nesterov needs a momentum above 0" */
  readonly reason: string
}

export function idleFields({ schedule, optimizer }: RunSpec): readonly Idle[] {
  const idle: Idle[] = []
  const moves = schedule.momentum !== undefined
  if (moves && 'momentum' in optimizer) {
    idle.push({ path: 'optimizer.momentum', reason: 'the schedule moves the momentum itself' })
  }
  if (moves && 'beta1' in optimizer) {
    idle.push({ path: 'optimizer.beta1', reason: 'the schedule moves beta1 itself' })
  }
  if (optimizer.kind === 'sgd' && optimizer.momentum === 0 && !moves) {
    idle.push({ path: 'optimizer.nesterov', reason: 'Nesterov needs a momentum above 0' })
  }
  if (optimizer.weightDecay === 0) {
    const reason = 'there is no weight decay'
    idle.push({ path: 'optimizer.weightDecaySchedule', reason }, { path: 'optimizer.decoupled', reason })
  }
  if (schedule.kind === 'warmup' && schedule.form !== 'startFactor') {
    idle.push({ path: 'schedule.startFactor', reason: `the warm-up rises from ${schedule.form}` })
  }
  if (schedule.kind === 'cyclical' && schedule.mode !== 'exp_range') {
    idle.push({ path: 'schedule.gamma', reason: `cycles of mode ${schedule.mode} have no γ` })
  }
  return idle
}
