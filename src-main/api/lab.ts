import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { About, DeviceComparisonInfo, LabHealth } from '../../shared/api/lab.ts'
import type { Services } from '../../shared/api/services.ts'
import { byTime, type DeviceComparison } from '../../shared/run/deviceComparison.ts'
import { subjectText } from '../../shared/run/modelText.ts'
import type { Core } from '../core.ts'
import { setTensorflow, tensorflowState } from '../devices/tensorflow/index.ts'
import { storedBytes } from './datasets.ts'
import { follow, type Pulse } from './pulse.ts'

const packageFile = z.looseObject({ version: z.string() })

export function createLabServices(
  core: Core,
  pulse: Pulse,
  door: About['door'],
  { root, windowFolder }: { readonly root: string; readonly windowFolder: string },
): Services['lab'] {
  const { version } = packageFile.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')))
  return {
    about: () => ({
      version,
      build: buildOf(path.join(windowFolder, 'index.html')),
      door,
      database: core.store.path,
      home: core.home,
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
    }),
    async storage() {
      const datasets = await core.catalogue.list()
      const datasetBytes = datasets.reduce((sum, { meta }) => sum + storedBytes(meta), 0)
      return { ...core.store.read.storage(), datasetBytes, freeBytes: await freeBytes(core.store.path) }
    },
    health: (cursor, signal) =>
      follow(pulse, signal, cursor, (at, isFirst) => {
        const health = healthOf(core)
        const now = digest(JSON.stringify(health))
        return at === now && !isFirst ? undefined : { cursor: now, value: health }
      }),
    devices: () => core.devices.list(),
    slots: () => core.store.read.slots(),
    setSlots(slots) {
      core.store.write.putSlots(slots)
      core.runs.pokeQueue()
      return core.store.read.slots()
    },
    tensorflow: tensorflowState,
    async useTensorflow({ environment }) {
      const state = await setTensorflow(environment)
      core.devices.forget('cuda')
      return state
    },
    deviceComparisons: async () => (await core.devices.comparisons()).map(inShort),
  }
}

function healthOf({ store }: Core): LabHealth {
  return { ...store.health(), damage: store.read.allDamage() }
}

function inShort({ subject, timings, measuredAt }: DeviceComparison): DeviceComparisonInfo {
  const failed = timings.filter((timing) => 'failure' in timing)
  return { subject: subjectText(subject), timings: [...byTime(timings), ...failed], measuredAt }
}

async function freeBytes(file: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(path.dirname(file))
    return bavail * bsize
  } catch {
    return null
  }
}

/** The names of the built files hold hashes of their content, and index.html names them. */
function buildOf(index: string): string {
  try {
    return digest(readFileSync(index))
  } catch {
    return 'none'
  }
}

const digest = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, 16)
