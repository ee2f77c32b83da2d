import { enableCompileCache } from 'node:module'
import path from 'node:path'

/**
 * Where Node keeps what it has compiled of our sources and packages, so that the next process starts in half of the time:
 * beside the packages of a checkout. A folder that nobody else can write to, since what lies there is run.
 */
const ofCheckout = path.join(import.meta.dirname, '../../node_modules/.cache/anneal-compiled')

/** For this process, before it loads the rest. Where the folder cannot be written, nothing is kept. */
export function keepCompiled(): void {
  enableCompileCache(process.env.NODE_COMPILE_CACHE ?? ofCheckout)
}

/** What a child process is told, that it keeps what it compiles. @param folder instead of that of the checkout */
export const compileCacheEnvironment = (folder = ofCheckout): NodeJS.ProcessEnv => ({
  NODE_COMPILE_CACHE: folder,
})
