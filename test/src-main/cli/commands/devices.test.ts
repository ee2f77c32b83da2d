import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { deviceName } from '../../../../shared/run/spec.ts'
import { invokeHere } from '../testTerminal.ts'

const report = z.object({
  devices: z.array(
    z.strictObject({
      name: deviceName,
      available: z.boolean(),
      device: z.string().nullable(),
      reason: z.string().min(1),
      chosen: z.boolean(),
    }),
  ),
  auto: deviceName,
})

test('devices tells of each one whether it is there and why, and which one "auto" takes', async (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-devices-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const [json, text] = [await invokeHere(home, ['devices', '--json']), await invokeHere(home, ['devices'])]
  assert.equal(json.code, 0, json.err)
  const { devices, auto } = report.parse(JSON.parse(json.out))
  assert.deepEqual(
    devices.map(({ name }) => name),
    deviceName.exclude(['auto']).options,
  )
  assert.deepEqual(
    devices.filter(({ chosen }) => chosen).map(({ name }) => name),
    [auto],
  )
  // The terminal breaks lines, and nothing else.
  const flat = text.out.replaceAll(/\s+/g, ' ')
  for (const { name, available, device, reason, chosen } of devices) {
    assert.equal(available, device !== null)
    assert.match(reason, chosen ? /"auto" takes it/ : /./)
    assert.ok(flat.includes(`${chosen ? '* ' : ''}${name} ${device ?? 'not available'} ${reason}`), name)
  }
  assert.ok(text.out.split('\n').every((line) => line.length <= 100))
  // A look needs no database.
  assert.equal(existsSync(path.join(home, 'anneal.db')), false)
})
