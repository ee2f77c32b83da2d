import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type CoreLab, cloudsSpec, openLab } from '../../runs/lab.ts'

/*
 * A whole lab whose GPU is SwiftShader: it is named as what it is, runs on it are stored, and a GPU that is lost in the
 * middle of a run leaves all that was stored and a sentence. Resumed when the GPU is back, it gives the bits of an
 * unbroken run.
 */

const cycles = 3
const spec = { ...cloudsSpec(cycles), device: 'webgpu' }

async function finish({ core }: CoreLab, started: ReturnType<CoreLab['core']['runs']['launchToStay']>) {
  const { finished } = await started
  const { run } = await finished
  return { run, snapshots: core.store.read.snapshots(run.id) }
}

const lab = await openLab()
const { runs } = lab.core
const unbroken = await finish(lab, runs.launchToStay(spec))
assert.equal(unbroken.run.status, 'completed', unbroken.run.reason ?? '')
assert.match(unbroken.run.device ?? '', /SwiftShader.*, software WebGPU on the processor/)
assert.match(unbroken.run.deviceReason ?? '', /played by the processor/)
assert.equal(unbroken.snapshots.length, cycles)

const lost = path.join(lab.home, 'lost')
process.env.NODE_OPTIONS = `--import ${pathToFileURL(path.join(import.meta.dirname, 'loseGpu.ts')).href}`
process.env.GPU_WAS_LOST = lost
process.env.LOSE_GPU_AFTER = '150'
const broken = await finish(lab, runs.launchToStay(spec))
assert.ok(existsSync(lost))
assert.equal(broken.run.status, 'failed')
assert.match(
  broken.run.reason ?? '',
  /^While training: the GPU was lost \(.+\).* kept; resume it when the GPU is back\.$/,
)
const kept = broken.snapshots.length
assert.ok(kept > 0 && kept < cycles, `${kept} snapshots`)

const resumed = await finish(lab, runs.resume(broken.run.id))
assert.equal(resumed.run.status, 'completed', resumed.run.reason ?? '')
assert.equal(resumed.run.id, broken.run.id)
const bits = (found: typeof resumed) => found.snapshots.map(({ weightsSha256 }) => weightsSha256)
assert.deepEqual(bits(resumed), bits(unbroken))
await lab.close()
process.exit(0)
