import { existsSync, readdirSync } from 'node:fs'

/*
 * Whether there can be a GPU at all. Starting Dawn to ask it takes a process and a second; on Linux a GPU that it could use
 * has a file below /dev, so that most machines without one are told at once.
 */

const nodes = [
  '/dev/dri',
  '/dev/nvidiactl',
  '/dev/nvidia0',
  '/dev/kfd',
  // Windows' Linux, ARM's Mali, Qualcomm's Adreno, NVIDIA's Jetson.
  '/dev/dxg',
  '/dev/mali0',
  '/dev/kgsl-3d0',
  '/dev/nvgpu',
  '/dev/nvmap',
] as const

/** Why no GPU need be looked for; undefined where there may be one. */
export function whyNoGpu(platform: string = process.platform, isThere = isNode): string | undefined {
  if (platform !== 'linux' || nodes.some(isThere)) return undefined
  return 'this machine shows no GPU below /dev'
}

/** The folder of render nodes may be there and empty. */
function isNode(path: string): boolean {
  if (path !== '/dev/dri') return existsSync(path)
  try {
    return readdirSync(path).some((name) => /^(card|renderD)\d+$/.test(name))
  } catch {
    return false
  }
}
