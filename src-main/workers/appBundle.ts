import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { sourcesFolder } from '../process/plainNode.ts'
import { workerPackages } from './workerPackages.ts'

/*
 * This program, as a worker is to run it: so that versions of the two cannot drift apart, a worker has its program from its
 * host. A worker has Node and npm alone, so that the bundle is JSON: [["src-main/core.ts", "text" | {"base64": "..."}], ...],
 * gzipped.
 */

export interface AppBundle {
  /** sha256 of the JSON, hexadecimal: that of the gzip would change with the zlib of whoever made it. */
  readonly build: string
  readonly gzip: Uint8Array
}

let made: Promise<AppBundle> | undefined

/** Made at the first call. */
export function appBundle(): Promise<AppBundle> {
  made ??= bundleOf(path.join(sourcesFolder(), '..'))
  // A file may be readable again later.
  made.catch(() => {
    made = undefined
  })
  return made
}

/** Of the program that this is. */
export const buildId = async (): Promise<string> => (await appBundle()).build

/** @param root where src-main and shared lie: a checkout, or what is unpacked beside the archive of a packed app */
export async function bundleOf(root: string): Promise<AppBundle> {
  const sources = [...(await sourcesOf(root, 'src-main')), ...(await sourcesOf(root, 'shared'))].sort()
  const files = sources.map(async (name) => {
    const bytes = await readFile(path.join(root, name))
    return [name, name.endsWith('.wasm') ? { base64: bytes.toString('base64') } : bytes.toString('utf8')]
  })
  const { packageFile, lockFile } = await packagesOf(root)
  const all = [['package.json', packageFile], ['package-lock.json', lockFile], ...(await Promise.all(files))]
  const json = Buffer.from(JSON.stringify(all))
  return {
    build: createHash('sha256').update(json).digest('hex'),
    gzip: await promisify(gzip)(json, { level: 9 }),
  }
}

/** Where a packed app keeps the two files, whose package.json is another one. */
const packedPackages = 'workerPackages'

async function packagesOf(root: string): Promise<{ packageFile: string; lockFile: string }> {
  const read = (folder: string) =>
    Promise.all(
      ['package.json', 'package-lock.json'].map((name) => readFile(path.join(folder, name), 'utf8')),
    )
  const [packageText = '', lockText = ''] = await read(path.join(root, packedPackages)).catch(() =>
    read(root),
  )
  return workerPackages(packageText, lockText)
}

/** What a packed app has of the sources too, so that both are one build: without the desktop's door and tools of development. */
async function sourcesOf(root: string, folder: string): Promise<string[]> {
  const names = await readdir(path.join(root, folder), { recursive: true })
  return names.map((name) => `${folder}/${name.replaceAll('\\', '/')}`).filter(isRun)
}

const isRun = (name: string): boolean =>
  /\.(ts|mjs|wasm)$/.test(name) &&
  !name.endsWith('.d.ts') &&
  !/^src-main\/((main|window|preload)\.ts$|desktop\/|engine\/simd\/assembly\/)/.test(name)
