import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Configuration, Platform, build as packApp } from 'electron-builder'
import sharp from 'sharp'
import { workerPackages } from '../src-main/workers/workerPackages.ts'
import { build } from './build.ts'
import { packaging } from './packaging.ts'

/*
 * Packs the desktop app for the system this runs on, whose Node and native packages it ships: installers into dist/, or
 * with --dir the folder alone. See packaging.ts for what goes in.
 */

const root = path.join(import.meta.dirname, '..')

export interface PackOptions {
  /** The folder alone, no installers. */
  readonly folderOnly: boolean
  readonly output?: string
  /** An unpacked Electron to use instead of a download. */
  readonly electronDist?: string
}

/** @returns what was made */
export async function pack({ folderOnly, output, electronDist }: PackOptions): Promise<string[]> {
  const made = path.join(root, 'out', 'packaging')
  await prepare(made)
  const usual = packaging(made)
  const config: Configuration = {
    ...usual,
    directories: { ...usual.directories, ...(output !== undefined && { output }) },
    ...(electronDist !== undefined && { electronDist }),
  }
  const targets = Platform.current().createTarget(folderOnly ? 'dir' : null)
  return packApp({ projectDir: root, targets, config, publish: 'never' })
}

async function prepare(made: string): Promise<void> {
  mkdirSync(made, { recursive: true })
  await sharp(path.join(root, 'resources', 'icon.svg'))
    .resize(1024, 1024)
    .png()
    .toFile(path.join(made, 'icon.png'))
  const packageText = readFileSync(path.join(root, 'package.json'), 'utf8')
  const { name, version, type }: Record<string, unknown> = JSON.parse(packageText)
  writeFileSync(path.join(made, 'package.json'), `${JSON.stringify({ name, version, type })}\n`)
  const lockText = readFileSync(path.join(root, 'package-lock.json'), 'utf8')
  const ofWorkers = workerPackages(packageText, lockText)
  const folder = path.join(made, 'workerPackages')
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), ofWorkers.packageFile)
  writeFileSync(path.join(folder, 'package-lock.json'), ofWorkers.lockFile)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { dir: { type: 'boolean', default: false } } })
  if (build()) for (const file of await pack({ folderOnly: values.dir })) console.log(file)
  else process.exitCode = 1
}
