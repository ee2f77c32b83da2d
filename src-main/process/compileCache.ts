import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import path from 'node:path'

const root = path.join(import.meta.dirname, '../..')

/**
 * Where Node keeps what it has compiled of our sources and packages, so that the next process starts in half of the time:
 * beside the packages of a checkout, a folder that nobody else can write to, since what lies there is run. An installed
 * app is never written to.
 */
const ofCheckout = existsSync(path.join(root, '.ci/setup.mjs'))
  ? path.join(root, 'node_modules/.cache/anneal-compiled')
  : undefined

/** For this process, before it loads the rest. What a user has set stands, and where nothing can be written nothing is kept. */
export function keepCompiled(): void {
  if (process.env.NODE_COMPILE_CACHE === undefined && ofCheckout !== undefined) enableCompileCache(ofCheckout)
}

/** What a child process is told, so that it keeps what it compiles. @param folder instead of that of the checkout */
export const compileCacheEnvironment = (folder = ofCheckout): NodeJS.ProcessEnv =>
  folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
