import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CommandMessage } from '../../../shared/run/messages.ts'
import type { AgentAttempt } from '../../../src-main/agent/attempt.ts'
import { createAttemptTable } from '../../../src-main/agent/attemptTable.ts'

const key = { runId: 'run1', attempt: 2 }

function attempt(): { attempt: AgentAttempt; commands: CommandMessage[]; preempted: string[] } {
  const commands: CommandMessage[] = []
  const preempted: string[] = []
  return {
    commands,
    preempted,
    attempt: {
      key,
      trouble: undefined,
      away: undefined,
      command: (command) => void commands.push(command),
      fence: () => assert.fail('it is not over'),
      preempt: async (reason) => void preempted.push(reason),
      outcome: new Promise(() => undefined),
    },
  }
}

test('an order that comes sooner than its attempt waits for it, and is carried out once', () => {
  const table = createAttemptTable()
  const pause = { type: 'pause', requestId: 7 } as const
  const order = { type: 'command', ...key, command: pause } as const
  assert.equal(table.order(order), false)
  assert.equal(table.order({ ...order, attempt: 1 }), false)
  const { attempt: late, commands } = attempt()
  table.add(late)
  assert.deepEqual(commands, [pause])
  assert.deepEqual(table.delivered, [7])
  assert.equal(table.order(order), true)
  assert.deepEqual(commands, [pause])
})

test('what comes after all were told to end is told so as it comes', () => {
  const table = createAttemptTable()
  void table.preempt('SIGTERM', { checkpoint: 1, push: 1 })
  const { attempt: late, preempted } = attempt()
  table.add(late)
  assert.deepEqual(preempted, ['SIGTERM'])
})
