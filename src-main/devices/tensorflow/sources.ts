import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { promisify } from 'node:util'
import { extract } from 'tar'
import { UserError, wordsOf } from '../../../shared/errors.ts'
import { sourcesFolder } from '../../process/plainNode.ts'
import { cudaPackage, packageVersion } from '../cudaPackage.ts'

/* What the addon is built of, besides the user's TensorFlow: the package's own sources, and the headers of Node's interface. */

interface Source {
  readonly name: string
  readonly version: string
  /** Of the file that npm hands out. */
  readonly integrity: string
}

const addonSource: Source = {
  name: cudaPackage,
  version: packageVersion,
  integrity:
    'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==',
}

const headerSource: Source = {
  name: 'node-api-headers',
  version: '1.9.0',
  integrity:
    'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==',
}

const fileOf = ({ name, version }: Source): string =>
  `${name.replace('@', '').replace('/', '-')}-${version}.tgz`

/** Whether an addon can be built without fetching anything. */
export const hasSources = (kept: string): boolean => installed() !== undefined || isKept(kept, addonSource)

/**
 * Lays the package's sources out below `into`.
 * @param kept where what is fetched stays · @param mayFetch whether npm may be asked
 * @throws UserError that says what is missing
 */
export async function layOutSources(kept: string, into: string, mayFetch: boolean): Promise<string> {
  return installed() ?? (await unpack(addonSource, kept, path.join(into, 'source'), mayFetch))
}

/** The folder of node_api.h: that of a Node of this machine, else npm's. */
export async function nodeHeaders(kept: string, into: string, mayFetch: boolean): Promise<string> {
  const candidates = [
    path.join(path.dirname(process.execPath), '../include/node'),
    '/usr/include/node',
    '/usr/local/include/node',
  ]
  const found = candidates.find((folder) => existsSync(path.join(folder, 'node_api.h')))
  return found ?? path.join(await unpack(headerSource, kept, path.join(into, 'headers'), mayFetch), 'include')
}

/** The package where npm has put it among ours, with or without its own addon. */
function installed(): string | undefined {
  try {
    const file = createRequire(sourcesFolder()).resolve(`${addonSource.name}/package.json`)
    const folder = path.dirname(file)
    return existsSync(path.join(folder, 'binding/tfjs_binding.cc')) ? folder : undefined
  } catch {
    return undefined
  }
}

const isKept = (kept: string, source: Source): boolean => isWhole(path.join(kept, fileOf(source)), source)

function isWhole(file: string, { integrity }: Source): boolean {
  try {
    return `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}` === integrity
  } catch {
    return false
  }
}

async function unpack(source: Source, kept: string, into: string, mayFetch: boolean): Promise<string> {
  const file = path.join(kept, fileOf(source))
  if (!isWhole(file, source)) {
    if (!mayFetch) throw new UserError(`${doing} its sources are not here yet; run "anneal tensorflow".`)
    await fetch(source, kept, file)
  }
  mkdirSync(into, { recursive: true })
  await extract({ file, cwd: into, strip: 1 })
  return into
}

const doing = "While building TensorFlow's addon:"

/** Asks npm, which knows its registry and its proxy. */
async function fetch(source: Source, kept: string, file: string): Promise<void> {
  const what = `${source.name}@${source.version}`
  mkdirSync(kept, { recursive: true })
  const beside = mkdtempSync(path.join(kept, 'fetching-'))
  try {
    await promisify(execFile)('npm', ['pack', what, '--silent', '--pack-destination', beside], {
      cwd: beside,
      timeout: 120_000,
    })
    const [name] = readdirSync(beside).filter((each) => each.endsWith('.tgz'))
    const fetched = path.join(beside, name ?? '')
    if (!isWhole(fetched, source)) {
      throw new UserError(
        `${doing} what npm handed out as ${what} is not what it was made from; try again later.`,
      )
    }
    renameSync(fetched, file)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(whyNotFetched(what, error), { cause: error })
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}

function whyNotFetched(what: string, error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return `${doing} npm, which brings the sources of ${what}, was not found; install Node.js with its npm, then try again.`
  }
  const words = wordsOf(error).trim().split('\n').at(-1)?.slice(0, 200)
  return `${doing} npm could not fetch ${what} (${words}); see that this machine reaches npm's registry, then try again.`
}
