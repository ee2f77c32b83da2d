import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'

/* TensorFlow as pip installs it: a folder of a Python environment that holds the libraries and their headers. */

export interface PythonTensorflow {
  /** "2.21.0" */
  readonly version: string
  /** The package: it holds the libraries, and `include`. */
  readonly folder: string
  /** Where pip has put CUDA beside it; none for a TensorFlow of the processor. */
  readonly cudaFolders: readonly string[]
}

export const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const
/** One of the headers that the addon is built with. */
export const header = 'include/tensorflow/c/eager/c_api.h'

/** As pip and conda name them; "tensorflow_hub" and its like are other packages. */
const record =
  /^(?:tensorflow(?:_cpu|_gpu|_intel|_base|_rocm|_cpu_aws)?|tf_nightly(?:_cpu)?)-(\d+\.\d+[^-]*)(?:-py[\d.]+)?\.(?:dist|egg)-info$/

/**
 * @param place an environment, its Python, its folder of packages, or the package itself
 * @returns undefined where there is no TensorFlow, and why as a part of a sentence where it is not one that can be used
 */
export function tensorflowIn(place: string): PythonTensorflow | string | undefined {
  const folder = packagesOf(place)
    .map((packages) => path.join(packages, 'tensorflow'))
    .find((each) => existsSync(path.join(each, '__init__.py')))
  if (folder === undefined) return undefined
  const packages = path.dirname(folder)
  const version = namesIn(packages)
    .map((name) => record.exec(name)?.[1])
    .find((found) => found !== undefined)
  if (version === undefined)
    return `${packages} does not say which version its tensorflow has; install it with pip`
  const missing = [...libraries, header].filter((file) => !existsSync(path.join(folder, file)))
  if (missing.length > 0) {
    return `TensorFlow ${version} in ${folder} has no ${missing.join(', ')}; pip install --upgrade "tensorflow[and-cuda]"`
  }
  const nvidia = path.join(packages, 'nvidia')
  const cudaFolders = namesIn(nvidia)
    .map((name) => path.join(nvidia, name, 'lib'))
    .filter(isFolder)
  return { version, folder, cudaFolders }
}

/** Folders in which a package may lie, those of the newest Python first. */
function packagesOf(place: string): string[] {
  const base = path.basename(place)
  if (base === 'tensorflow') return [path.dirname(place)]
  if (base === 'site-packages' || base === 'dist-packages') return [place]
  // A Python lies in bin of its environment; what it links to belongs to another.
  const environment = isFolder(place) ? place : path.dirname(path.dirname(place))
  return ['lib', 'lib64'].flatMap((lib) => {
    const folder = path.join(environment, lib)
    const pythons = namesIn(folder).filter((name) => /^python3(\.\d+)?$/.test(name))
    return pythons
      .toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .flatMap((name) => ['site-packages', 'dist-packages'].map((kind) => path.join(folder, name, kind)))
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted()
  } catch {
    return []
  }
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true
}
