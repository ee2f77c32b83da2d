import { registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/* Preloaded into every process of a test: whoever asks for the package gets the stand-in, or hears that it is not there. */

const name = '@tensorflow/tfjs-node-gpu'
const folder = process.env.STAND_IN_FOLDER

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== name && !specifier.startsWith(`${name}/`)) return next(specifier, context)
    if (folder === undefined) {
      throw Object.assign(new Error(`Cannot find module '${specifier}'`), { code: 'MODULE_NOT_FOUND' })
    }
    const file =
      specifier === name
        ? path.join(import.meta.dirname, 'standIn.ts')
        : path.join(folder, specifier.slice(name.length))
    return { url: pathToFileURL(file).href, shortCircuit: true }
  },
})
