import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { timingSubject } from '../../../../shared/run/deviceComparison.ts'
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

const measurement = z.strictObject({
  ...timingSubject.shape,
  timings: z.array(
    z.strictObject({ name: z.string(), device: z.string(), stepMs: z.number(), steps: z.int() }),
  ),
  measuredAt: z.int(),
})
const measurements = z.looseObject({
  measured: measurement.optional(),
  calibrations: z.array(measurement),
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

test('with a model it measures now, keeps it in the database, and tells it from then on', async (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-devices-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const model = ['--model', 'softmax', '--dataset', 'mnist-shape', '--batch', '16']
  const now = await invokeHere(home, ['devices', ...model, '--json'])
  assert.equal(now.code, 0, now.err)
  assert.match(now.err, /^Measuring simd, at most about 2 s\.\n$/)
  const { measured, calibrations } = measurements.parse(JSON.parse(now.out))
  assert.ok(measured)
  assert.deepEqual(calibrations, [measured])
  assert.deepEqual([measured.model.kind, measured.shape, measured.batchSize], ['softmax', [28, 28, 1], 16])
  assert.deepEqual(
    measured.timings.map(({ name, stepMs }) => [name, stepMs > 0]),
    [['simd', true]],
  )
  assert.ok(existsSync(path.join(home, 'anneal.db')))
  const later = await invokeHere(home, ['devices'])
  assert.match(
    later.out,
    /\nMeasured on this machine:\n {2}softmax, 28×28×1, batch 16: simd [\d.]+ ms a step\n$/,
  )
})

test('options of a model without a model, and a model that is none, are refused in one sentence', async (t) => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-devices-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  for (const [flags, words] of [
    [['--batch', '16'], /--batch is of a model to measure; name it with --model\.\n$/],
    [['--dataset', 'mnist-shape'], /--dataset is of a model/],
    [['--model', 'resnet21'], /"anneal devices": model must be .*received "resnet21"/],
  ] as const) {
    const { code, out, err } = await invokeHere(home, ['devices', ...flags])
    assert.equal(code, 2)
    assert.equal(out, '')
    assert.match(err, words)
  }
  assert.equal(existsSync(path.join(home, 'anneal.db')), false)
})
