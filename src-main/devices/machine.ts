import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { arch, availableParallelism, cpus, platform, release } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import type { MachineIdentity } from '../../shared/run/deviceComparison.ts'
import type { KnownDevices } from '../../shared/run/probe.ts'
import type { EngineName } from '../../shared/run/spec.ts'
import { plainNodeVersion, sourcesFolder } from '../process/plainNode.ts'
import { cudaPackage } from './cudaPackage.ts'
import { tensorflowInUse } from './tensorflow/index.ts'

const computing = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  cudaPackage,
  'webgpu',
] as const

/** What times measured now depend on. @param threads of the simd device, where not as many as there are */
export async function thisMachine(
  names: readonly EngineName[],
  known: KnownDevices,
  threads?: number,
): Promise<MachineIdentity> {
  const chosen = threads === undefined ? process.env.ANNEAL_THREADS : String(threads)
  const driver = nvidiaDriver()
  return {
    // The system's version comes with those of its graphics drivers.
    platform: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    threads: chosen || String(availableParallelism()),
    versions: { node: await plainNodeVersion(), ...packageVersions() },
    kernels: [engineHash(), process.env.ANNEAL_KERNELS ?? ''].filter(Boolean).join(' '),
    devices: Object.fromEntries(names.map((name) => [name, identityOf(name, known, driver)])),
  }
}

function identityOf(name: EngineName, known: KnownDevices, driver: string): string {
  const found = known[name]
  if (found?.available !== true) return ''
  return [found.device, found.identity ?? '', name === 'cuda' ? driver : ''].filter(Boolean).join(' / ')
}

/** TensorFlow does not say it; on Linux its kernel module does. */
function nvidiaDriver(): string {
  try {
    return readFileSync('/proc/driver/nvidia/version', 'utf8').split('\n', 1)[0]?.trim() ?? ''
  } catch {
    return ''
  }
}

const packageFile = z.looseObject({ version: z.string() })

function packageVersions(): Record<string, string> {
  const { resolve } = createRequire(sourcesFolder())
  const tensorflow = tensorflowInUse()
  const found: Record<string, string> = tensorflow === undefined ? {} : { tensorflow: tensorflow.version }
  for (const name of computing) {
    try {
      found[name] = packageFile.parse(
        JSON.parse(readFileSync(resolve(`${name}/package.json`), 'utf8')),
      ).version
    } catch {
      // One that is not installed computes nothing.
    }
  }
  return found
}

let hash: string | undefined

/** Of all files of the engine: its kernels, and what calls them. */
function engineHash(): string {
  if (hash !== undefined) return hash
  const folder = path.join(sourcesFolder(), 'engine')
  const sum = createHash('sha256')
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (path.extname(file) === '') continue
    sum.update(file).update(readFileSync(path.join(folder, file)))
  }
  hash = sum.digest('hex').slice(0, 16)
  return hash
}
