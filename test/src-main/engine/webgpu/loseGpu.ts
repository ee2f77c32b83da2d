import { existsSync, writeFileSync } from 'node:fs'
import { globals } from 'webgpu'

/*
 * Preloaded into every process of a test: the one that has given its GPU LOSE_GPU_AFTER batches of commands loses it, as
 * a driver that is reset takes it away. It leaves the file GPU_WAS_LOST behind, and while that is there none is lost.
 */

const { GPU_WAS_LOST = '', LOSE_GPU_AFTER = '' } = process.env
let left = Number(LOSE_GPU_AFTER)

Object.assign(globalThis, globals)
const { requestDevice } = GPUAdapter.prototype
const { submit } = GPUQueue.prototype

GPUAdapter.prototype.requestDevice = async function (...given) {
  const device = await requestDevice.apply(this, given)
  GPUQueue.prototype.submit = function (commands) {
    submit.call(this, commands)
    left--
    if (left > 0 || existsSync(GPU_WAS_LOST)) return
    writeFileSync(GPU_WAS_LOST, '')
    device.destroy()
  }
  return device
}
