import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ownerText, stateOf } from '../../../src-main/process/owner.ts'

const skip = process.platform === 'linux' ? false : 'only Linux says when a process began'
const stat = (pid: number): string => readFileSync(`/proc/${pid}/stat`, 'latin1')
const boot = readBoot()
const of = (pid: number, ticks: string | undefined): string =>
  JSON.stringify({ hostname: hostname(), pid, startedAt: `${boot}/${ticks}` })

function readBoot(): string {
  return process.platform === 'linux' ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : ''
}

test('whoever signs lives; of another machine nothing is known; what is no signature is nobody', () => {
  assert.equal(stateOf(ownerText()), 'alive')
  assert.equal(stateOf(JSON.stringify({ ...JSON.parse(ownerText()), hostname: 'another' })), 'elsewhere')
  for (const text of ['', '7', '{"pid":1}', `{"hostname":"${hostname()}","pid":-1,"startedAt":""}`])
    assert.equal(stateOf(text), 'dead', text)
})

test('a number that was given away again is not its first owner', { skip }, () => {
  const [, ticks] = /^(?:\S+ ){19}(\d+)/.exec(stat(process.pid).replace(/^.*\) /s, '')) ?? []
  assert.equal(stateOf(of(process.pid, ticks)), 'alive')
  assert.equal(stateOf(of(process.pid, `${Number(ticks) - 1}`)), 'dead')
})

test('one that has ended and that nobody has asked after holds nothing', { skip }, async (t) => {
  const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 61'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => parent.kill('SIGKILL'))
  const [text] = await once(parent.stdout.setEncoding('utf8'), 'data')
  const pid = Number(text)
  const [, ticks] = /^(?:\S+ ){19}(\d+)/.exec(stat(pid).replace(/^.*\) /s, '')) ?? []
  assert.equal(stateOf(of(pid, ticks)), 'alive')
  process.kill(pid, 'SIGKILL')
  for (const deadline = Date.now() + 10_000; !/\) Z /.test(stat(pid)); await setImmediate())
    assert.ok(Date.now() < deadline, 'it has not ended')
  assert.equal(stateOf(of(pid, ticks)), 'dead')
})
