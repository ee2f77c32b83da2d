import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { TrainerEvent } from '../../../shared/run/messages.ts'
import { mostUnstored, Outbox } from '../../../src-main/trainer/outbox.ts'

const event = (seq: number): TrainerEvent => ({
  runId: 'run',
  attempt: 1,
  seq,
  type: 'status',
  status: 'running',
  step: seq,
})

/** Whether it has resolved after far more looks than it needs. */
async function isOver(promise: Promise<void>): Promise<boolean> {
  return Promise.race([promise.then(() => true), setTimeout(100, false)])
}

test('a trainer runs no more than so many events ahead of what its host has stored', async () => {
  const outbox = new Outbox(
    (_, onSent) => onSent(),
    () => false,
  )
  for (let seq = 0; seq <= mostUnstored; seq++) outbox.send(event(seq))
  assert.ok(await isOver(outbox.breathe()), 'a host that never says what it has stored is not waited for')
  outbox.stored(0)
  assert.ok(await isOver(outbox.breathe()), 'as many as that may be on their way')
  outbox.send(event(mostUnstored + 1))
  const waiting = outbox.breathe()
  assert.equal(await isOver(waiting), false)
  outbox.stored(1)
  await waiting
})

test('it comes to a command also while its host can store nothing', async () => {
  let isAwaited = false
  const outbox = new Outbox(
    (_, onSent) => onSent(),
    () => isAwaited,
  )
  outbox.stored(0)
  outbox.send(event(1000))
  const waiting = outbox.breathe()
  assert.equal(await isOver(waiting), false)
  isAwaited = true
  await waiting
})
