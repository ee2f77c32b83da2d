import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { TensorflowState } from '../../../shared/api/lab.ts'
import { replaceFile } from '../../replaceFile.ts'
import { type PythonTensorflow, tensorflowIn } from './pythonTensorflow.ts'

/*
 * Whose TensorFlow it is. Named by the user, it is taken or refused in words; one that merely lies in the Python
 * environment of the shell is taken where it is there.
 */

type Source = TensorflowState['source'] & string

export type Chosen =
  | { readonly type: 'found'; readonly source: Source; readonly tensorflow: PythonTensorflow }
  /** Named, and not to be used: `words` say why, as a part of a sentence. */
  | { readonly type: 'refused'; readonly source: Source; readonly words: string }
  | { readonly type: 'none' }

type Variables = Readonly<Record<string, string | undefined>>

/** @param folder that of `keptFolder`, with the setting */
export function chooseTensorflow(folder: string, env: Variables = process.env): Chosen {
  const named: [Source, string | undefined][] = [
    ['ANNEAL_TENSORFLOW', env.ANNEAL_TENSORFLOW],
    ['setting', readSetting(folder)],
  ]
  for (const [source, place] of named) {
    if (!place) continue
    const found = tensorflowIn(place)
    if (typeof found === 'object') return { type: 'found', source, tensorflow: found }
    const words = found ?? noTensorflow(place)
    return { type: 'refused', source, words }
  }
  for (const source of ['VIRTUAL_ENV', 'CONDA_PREFIX'] as const) {
    const place = env[source]
    const found = place ? tensorflowIn(place) : undefined
    if (typeof found === 'object') return { type: 'found', source, tensorflow: found }
  }
  return { type: 'none' }
}

export const noTensorflow = (place: string): string =>
  `${place} is no Python environment with TensorFlow: name the folder that "python3 -m venv" made and install into it with pip install "tensorflow[and-cuda]"`

const setting = z.object({ environment: z.string() })
const settingFile = (folder: string): string => path.join(folder, 'environment.json')

/** The environment that the user has set; undefined where none is, or its file cannot be read. */
export function readSetting(folder: string): string | undefined {
  try {
    return setting.parse(JSON.parse(readFileSync(settingFile(folder), 'utf8'))).environment
  } catch {
    return undefined
  }
}

/** @param environment undefined to forget it */
export function writeSetting(folder: string, environment: string | undefined): void {
  if (environment === undefined) {
    rmSync(settingFile(folder), { force: true })
    return
  }
  mkdirSync(folder, { recursive: true })
  replaceFile(settingFile(folder), `${JSON.stringify({ environment })}\n`)
}
