import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { tinyDataset } from '../trainer/support.ts'

/* No process of ours outlives its host, whatever it computes. */

const host = fileURLToPath(new URL('./busyHost.ts', import.meta.url))
/** Milliseconds in which an orphan must be gone. */
const limit = 5000

for (const kind of ['trainer', 'job'] as const) {
  test(`a ${kind} that computes without end is gone soon after its host was killed`, async (t) => {
    const started = spawn(process.execPath, [host, kind, await tinyDataset(t)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pid = await firstLine(t, started)
    assert.ok(isAlive(pid))
    started.kill('SIGKILL')
    const killedAt = performance.now()
    while (isAlive(pid)) {
      assert.ok(performance.now() - killedAt < limit, `it lives ${limit / 1000} s after its host`)
      await setTimeout(50)
    }
  })
}

async function firstLine(t: TestContext, child: ChildProcess): Promise<number> {
  let orphan: number | undefined
  t.after(() => {
    child.kill('SIGKILL')
    if (orphan !== undefined && isAlive(orphan)) process.kill(orphan, 'SIGKILL')
  })
  for await (const text of child.stdout ?? []) {
    orphan = Number(String(text).trim())
    return orphan
  }
  throw new Error('the host ended before its child had begun')
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Nobody may have asked for the end of an orphan yet: then it is dead, and still has its number.
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
