import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { About, DeviceComparisonInfo } from '../../shared/api/lab.ts'
import type { Services } from '../../shared/api/services.ts'
import { byTime, type DeviceComparison } from '../../shared/run/deviceComparison.ts'
import { subjectText } from '../../shared/run/modelText.ts'
import type { Core } from '../core.ts'
import { storedBytes } from './datasets.ts'

const packageFile = z.looseObject({ version: z.string() })

export function createLabServices(
  core: Core,
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
    devices: () => core.devices.list(),
    deviceComparisons: async () => (await core.devices.comparisons()).map(inShort),
  }
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
    return createHash('sha256').update(readFileSync(index)).digest('hex').slice(0, 16)
  } catch {
    return 'none'
  }
}
