import path from 'node:path'

/** The variable that tells a process where the built addon lies. */
export const addonVariable = 'ANNEAL_TENSORFLOW_ADDON'

/** Under this symbol a process offers its tfjs to the package, whose own is not installed. */
export const tfjsKey = 'anneal.tfjs'

/** What the folder of a built addon holds. */
export const addonLayout = (folder: string) => ({
  binding: path.join(folder, 'tfjs_binding.node'),
  /** The package's JavaScript: `dist`, as npm has it. */
  package: path.join(folder, 'package'),
  register: path.join(folder, 'package/dist/register_all_kernels.js'),
  backend: path.join(folder, 'package/dist/nodejs_kernel_backend.js'),
  /** Where the package finds its tfjs. */
  modules: path.join(folder, 'node_modules/@tensorflow'),
})
