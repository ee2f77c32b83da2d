import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { createMachines } from './machines.ts'
import { missingForMachines } from './missing.ts'
import { sh } from './sh.ts'

test('machines reach each other and this process, and a cut one does not', async (t: TestContext) => {
  const missing = missingForMachines()
  if (missing !== undefined) return t.skip(missing)
  const { machines, hostAddress, folder, close } = await createMachines(2)
  t.after(close)
  const [one, two] = machines
  assert.ok(one !== undefined && two !== undefined)

  const server = createServer((_, response) => response.end('x'.repeat(60_000))).listen(0, hostAddress)
  t.after(() => server.close())
  await once(server, 'listening')
  const at = server.address()
  assert.ok(typeof at === 'object' && at !== null)
  const get = `await fetch('http://${hostAddress}:${at.port}', { signal: AbortSignal.timeout(+process.argv[1]) }).then(r => r.text())`
  const ask = (ms: number) =>
    one.run(process.execPath, ['--input-type=module', '-e', get, String(ms)]).then(({ status }) => status)

  assert.equal(await ask(5000), 0)
  assert.equal((await one.run('hostname', [])).stdout, 'm1\n')
  await one.cut()
  assert.notEqual(await ask(300), 0)
  await one.mend()
  assert.equal(await ask(5000), 0)

  // 60 kB at 480 kbit a second take 1 s, less the burst of 16 kB.
  await one.slow(480)
  const begun = performance.now()
  assert.equal(await ask(10_000), 0)
  assert.ok(performance.now() - begun > 500)
  await one.slow(null)

  // One that has cut itself loose from its parent goes too.
  await two.run('sh', ['-c', 'setsid sleep 61.213 >/dev/null 2>&1 &'])
  await close()
  assert.equal((await sh('pgrep -f "^sleep 61[.]213"')).stdout, '')
  assert.equal(existsSync(folder), false)
  assert.equal((await sh(`ip addr | grep ${hostAddress}/`)).stdout, '')
})

test('machines of a test that was killed go with it', async (t: TestContext) => {
  const missing = missingForMachines()
  if (missing !== undefined) return t.skip(missing)
  const script = `
    import { createMachines } from './machines.ts'
    const { folder, machines } = await createMachines(1)
    machines[0].spawn('sleep', ['62.213']).on('spawn', () => console.log(folder))`
  const killed = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(killed.stdout, 'data')
  const folder = String(said).trim()
  assert.ok(existsSync(folder))
  killed.kill('SIGKILL')
  const deadline = performance.now() + 10_000
  while (existsSync(folder)) {
    assert.ok(performance.now() < deadline, 'the keeper has not cleared up')
    await setTimeout(20)
  }
  assert.equal((await sh('pgrep -f "^sleep 62[.]213"')).stdout, '')
})
