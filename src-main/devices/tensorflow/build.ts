import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { UserError, wordsOf } from '../../../shared/errors.ts'
import { processExists } from '../../process/processes.ts'
import { addonFolder, isBuilt, keptFolder, nodeApi } from './kept.ts'
import { addonLayout, tfjsKey } from './layout.ts'
import { libraries, type PythonTensorflow } from './pythonTensorflow.ts'
import { layOutSources, nodeHeaders } from './sources.ts'

/*
 * The addon is compiled in a folder of its own, which gets its name once all is in it: a process that is killed leaves
 * nothing that looks built, and of two that build at once the second throws its own away.
 */

/** What is asked of a build. */
interface BuildOptions {
  /** Whether npm may be asked for sources that are not here. */
  readonly mayFetch: boolean
  /** Called before it builds, which takes seconds: not where it is built, or cannot be. */
  readonly onBuild?: (() => void) | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** @returns the folder of the addon, built now or before · @throws UserError that says what is missing and what to do */
export async function buildAddon(
  tensorflow: PythonTensorflow,
  { mayFetch, onBuild, env = process.env }: BuildOptions,
): Promise<string> {
  const folder = addonFolder(tensorflow)
  if (isBuilt(tensorflow)) return folder
  const compiler = await findCompiler(env)
  onBuild?.()
  const kept = keptFolder()
  mkdirSync(kept, { recursive: true })
  removeLeftovers(kept)
  const beside = mkdtempSync(path.join(kept, `building-${process.pid}-`))
  try {
    const sources = await layOutSources(kept, beside, mayFetch)
    const headers = await nodeHeaders(kept, beside, mayFetch)
    await compile(compiler, { sources, headers, into: beside }, tensorflow)
    layOutPackage(sources, beside)
    for (const each of ['source', 'headers'])
      rmSync(path.join(beside, each), { recursive: true, force: true })
    putInPlace(beside, folder)
    removeOlder(kept, folder)
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
  return folder
}

const doing = "While building TensorFlow's addon:"

/** @throws UserError where there is none */
async function findCompiler(env: NonNullable<BuildOptions['env']>): Promise<string> {
  if (process.platform !== 'linux') {
    throw new UserError(
      `${doing} pip's TensorFlow has its C interface on Linux only, and this is ${process.platform}; on Windows use Anneal within WSL 2.`,
    )
  }
  const names = env.CXX ? [env.CXX] : ['g++', 'c++', 'clang++']
  for (const name of names) {
    try {
      await promisify(execFile)(name, ['--version'], { env: { ...env } })
      return name
    } catch {
      // The next one.
    }
  }
  throw new UserError(
    `${doing} there is no C++ compiler (${names.join(', ')}); install one, as with "sudo apt install g++" or "sudo dnf install gcc-c++", then run "anneal tensorflow".`,
  )
}

interface Places {
  readonly sources: string
  readonly headers: string
  readonly into: string
}

async function compile(
  compiler: string,
  { sources, headers, into }: Places,
  { folder, version }: PythonTensorflow,
): Promise<void> {
  const parts = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => path.join(sources, 'binding', file))
  const flags = ['-O2', '-std=c++17', '-fPIC', '-shared', `-DNAPI_VERSION=${nodeApi}`]
  const found = [`-I${headers}`, `-I${path.join(folder, 'include')}`]
  const links = [`-L${folder}`, `-Wl,-rpath,${folder}`, ...libraries.map((file) => `-l:${file}`)]
  const out = ['-o', addonLayout(into).binding]
  try {
    await promisify(execFile)(compiler, [...flags, ...found, ...parts, ...out, ...links], {
      timeout: 300_000,
      maxBuffer: 1e8,
    })
  } catch (error) {
    throw new UserError(
      `${doing} ${compiler} refused it for TensorFlow ${version} (${firstFault(wordsOf(error))}); install another version, as with pip install "tensorflow[and-cuda]==2.21.*".`,
      { cause: error },
    )
  }
}

/** What a compiler says first, without where. */
function firstFault(output: string): string {
  const fault = /(?:error|cannot find|not found|No such file)[^\n]*/i.exec(
    output.split('\n').slice(1).join('\n'),
  )
  return (fault?.[0] ?? output).trim().slice(0, 200)
}

/** The package's JavaScript, as far as it is used, and stand-ins for what it takes from others. */
function layOutPackage(sources: string, into: string): void {
  const { package: folder, modules } = addonLayout(into)
  const used = /^(nodejs_kernel_backend|int64_tensors|register_all_kernels)\.js$/
  const dist = path.join(sources, 'dist')
  for (const name of readdirSync(dist)) {
    if (used.test(name)) cpSync(path.join(dist, name), path.join(folder, 'dist', name))
  }
  cpSync(path.join(dist, 'kernels'), path.join(folder, 'dist/kernels'), {
    recursive: true,
    filter: (file) => !/(_test\.js|\.d\.ts|\.map)$/.test(file),
  })
  // It writes summaries for TensorBoard with it, which nobody asks it for.
  mkdirSync(path.join(folder, 'dist/proto'), { recursive: true })
  writeFileSync(path.join(folder, 'dist/proto/api_pb.js'), 'module.exports = {}\n')
  for (const name of ['tfjs', 'tfjs-core']) {
    mkdirSync(path.join(modules, name), { recursive: true })
    writeFileSync(
      path.join(modules, name, 'index.js'),
      `module.exports = globalThis[Symbol.for('${tfjsKey}')]\n`,
    )
  }
}

/** @throws Error where it cannot be named, and no other process has built the same meanwhile */
export function putInPlace(beside: string, folder: string): void {
  try {
    renameSync(beside, folder)
  } catch {
    if (existsSync(addonLayout(folder).binding)) return
    // Something without an addon lies there, which no process can use.
    rmSync(folder, { recursive: true, force: true })
    renameSync(beside, folder)
  }
}

/** Milliseconds that a build takes at most; a folder may be shared by machines, whose processes have the same numbers. */
const longestBuild = 10 * 60_000

/** What processes have left that were killed in the middle of it. */
export function removeLeftovers(kept: string, now = Date.now()): void {
  for (const name of readdirSync(kept)) {
    const pid = /^building-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || processExists(Number(pid))) continue
    const folder = path.join(kept, name)
    const began = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? now
    if (now - began > longestBuild) rmSync(folder, { recursive: true, force: true })
  }
}

/** Addons of other versions for the same TensorFlow: a process that has loaded one keeps it. */
function removeOlder(kept: string, folder: string): void {
  const place = path.basename(folder).split('-').at(-1)
  for (const name of readdirSync(kept)) {
    const isOlder = name.startsWith('addon-') && name.endsWith(`-${place}`) && name !== path.basename(folder)
    if (isOlder) rmSync(path.join(kept, name), { recursive: true, force: true })
  }
}
