import { registerHooks } from 'node:module'

/*
 * From here on "electron" is the stand-in beside this file. Import it before anything that loads the desktop door, which
 * must be imported dynamically.
 */

const url = new URL('./electron.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url, shortCircuit: true } : next(specifier, context),
})
