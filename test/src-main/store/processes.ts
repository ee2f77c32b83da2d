import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { afterwards } from './fixtures.ts'

export interface Child {
  readonly process: ChildProcess
  /** The run it claimed. */
  readonly runId: string
  /** The next thing it says. */
  next(): Promise<unknown>
  /** Ends it as a crash or the system does: at once. */
  kill(): Promise<void>
  /** Lets it close the database and end. */
  end(): Promise<void>
}

/** Starts another program on the database and waits until it has claimed its run. */
export async function startChild(
  t: TestContext,
  path: string,
  action: 'claim' | 'claimPlaced' | 'record' | 'write',
): Promise<Child> {
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [path, action])
  const exited = once(child, 'exit')
  afterwards(t, async () => {
    child.kill('SIGKILL')
    await exited
  })
  const next = async (): Promise<unknown> => {
    const died = exited.then(() =>
      Promise.reject(new Error(`The child "${action}" ended without an answer.`)),
    )
    const [message] = await Promise.race([once(child, 'message'), died])
    return message
  }
  return {
    process: child,
    runId: String(await next()),
    next,
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async end() {
      child.disconnect()
      await exited
    },
  }
}
