import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { createCatalogue, type ImportOptions } from '../../../../src-main/datasets/index.ts'
import { pattern } from '../fixtures.ts'

export type Options = Partial<Extract<ImportOptions, { format: 'images' }>>

export const raw = (height: number, width: number, channels: 1 | 3 | 4, offset = 0) =>
  sharp(pattern(height * width * channels, offset), { raw: { height, width, channels } })

export const png = (height: number, width: number, channels: 1 | 3 | 4, offset = 0): Promise<Buffer> => {
  const image = raw(height, width, channels, offset)
  return (channels === 1 ? image.toColourspace('b-w') : image).png().toBuffer()
}

export async function write(folder: string, files: Record<string, Uint8Array | string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** Imports `<home>/pictures` after writing the given files into it. */
export async function importFiles(
  home: string,
  files: Record<string, Uint8Array | string>,
  options: Options = {},
) {
  const path = join(home, 'pictures')
  await write(path, files)
  return createCatalogue(home).import({ format: 'images', path, ...options })
}
