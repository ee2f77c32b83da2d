import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inflate } from '@sparticuz/chromium'
import { type Browser, chromium, type LaunchOptions } from 'playwright-core'

/*
 * A real browser without a download: on Linux the Chromium that comes as an npm package, elsewhere the Chrome that is
 * installed.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
const packed = path.join(root, 'node_modules/@sparticuz/chromium/bin')
/** Beside the packages, so that a reinstall makes it anew. */
const unpacked = path.join(root, 'node_modules/.cache/anneal-chromium')

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ headless: true, ...(await whichBrowser()) })
}

async function whichBrowser(): Promise<LaunchOptions> {
  if (process.platform !== 'linux') return { channel: 'chrome' }
  if (!existsSync(unpacked)) await unpack()
  const executablePath = path.join(unpacked, 'chromium')
  return {
    executablePath,
    // Containers run as root, where Chromium's own sandbox cannot start; the pages are ours.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    env: { ...process.env, ...(await missingLibraries(executablePath)) },
  }
}

/** Several test processes may do this at once: each unpacks for itself, and one of them wins the rename. */
async function unpack(): Promise<void> {
  await mkdir(path.dirname(unpacked), { recursive: true })
  const own = await mkdtemp(`${unpacked}-`)
  const before = process.env.TMPDIR
  // The package unpacks into the system's temporary folder, whatever is said.
  process.env.TMPDIR = own
  try {
    for (const file of ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']) {
      await inflate(path.join(packed, file))
    }
  } finally {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  }
  await rename(own, unpacked).catch(() => rm(own, { recursive: true, force: true }))
}

/** A bare system lacks NSS and the fonts; the package brings both. */
async function missingLibraries(executable: string): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)('ldd', [executable])
  if (!stdout.includes('not found')) return {}
  return {
    LD_LIBRARY_PATH: path.join(unpacked, 'al2023', 'lib'),
    FONTCONFIG_PATH: path.join(unpacked, 'fonts'),
  }
}

/** The environment in which a process finds SwiftShader, the browser's Vulkan driver for the processor. Linux only. */
export async function softwareVulkan(): Promise<Record<string, string>> {
  if (!existsSync(unpacked)) await unpack()
  return {
    VK_ICD_FILENAMES: path.join(unpacked, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: unpacked,
  }
}
