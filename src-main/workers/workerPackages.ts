import { z } from 'zod'

/*
 * What a worker installs: the packages that this program runs on, in the versions of its lock, and the pinned Node. Tools of
 * development, Electron among them, stay out.
 */

const versions = z.record(z.string(), z.string())
const packageFile = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
  type: z.string(),
  allowScripts: z.record(z.string(), z.boolean()).optional(),
  dependencies: versions,
  optionalDependencies: versions.default({}),
  devDependencies: versions.default({}),
})
const lockedPackage = z.looseObject({
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  optional: z.boolean().optional(),
  dependencies: versions.optional(),
  optionalDependencies: versions.optional(),
  peerDependencies: versions.optional(),
  peerDependenciesMeta: z.record(z.string(), z.looseObject({ optional: z.boolean().optional() })).optional(),
})
const lockFile = z.looseObject({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), lockedPackage),
})
type Locked = z.infer<typeof lockFile>['packages']

/** The package of the registry that is a Node of its own version. */
const pinnedNode = 'node'

export interface WorkerPackages {
  /** Texts of the two files that `npm ci` reads. */
  readonly packageFile: string
  readonly lockFile: string
}

/**
 * The two files of a worker, made from those of the checkout. Made from its own, they stay as they are.
 * @throws ZodError for files that npm would not take either
 */
export function workerPackages(packageText: string, lockText: string): WorkerPackages {
  const { name, version, license, type, allowScripts, ...rest } = packageFile.parse(JSON.parse(packageText))
  const lock = lockFile.parse(JSON.parse(lockText))
  const node = rest.dependencies[pinnedNode] ?? rest.devDependencies[pinnedNode]
  if (node === undefined) throw new Error('the pinned Node is not among the packages')
  const wanted = {
    dependencies: { ...rest.dependencies, [pinnedNode]: node },
    optionalDependencies: rest.optionalDependencies,
  }
  const about = { name, version, ...(license !== undefined && { license }) }
  const own = {
    ...about,
    private: true,
    type,
    ...(allowScripts !== undefined && { allowScripts }),
    ...wanted,
  }
  const { '': _root, ...locked } = lock.packages
  const packages = { '': { ...about, ...wanted }, ...needed(locked, wanted) }
  return {
    packageFile: `${JSON.stringify(own, null, 2)}\n`,
    lockFile: `${JSON.stringify({ name, version, lockfileVersion: 3, requires: true, packages }, null, 2)}\n`,
  }
}

/** Those of the lock that the wanted packages reach, in its order. */
function needed(
  locked: Locked,
  { dependencies, optionalDependencies }: Record<'dependencies' | 'optionalDependencies', object>,
): Locked {
  const always = reached(locked, Object.keys(dependencies), false)
  const all = reached(locked, [...Object.keys(dependencies), ...Object.keys(optionalDependencies)], true)
  return Object.fromEntries(
    Object.entries(locked).flatMap(
      ([place, { dev: _dev, devOptional: _devOptional, optional: _, ...about }]) =>
        all.has(place) ? [[place, always.has(place) ? about : { ...about, optional: true }]] : [],
    ),
  )
}

/** Places in node_modules of these packages and of all that they need. @param optionalToo also what is installed where it can be */
function reached(locked: Locked, names: readonly string[], optionalToo: boolean): Set<string> {
  const found = new Set<string>()
  const waiting = names.map((name) => ({ name, from: '' }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const place = placeOf(locked, next.name, next.from)
    if (place === undefined || found.has(place)) continue
    found.add(place)
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = locked[place] ?? {}
    const optional = Object.keys(optionalDependencies ?? {})
    const peers = Object.keys(peerDependencies ?? {})
    const needs = [
      ...Object.keys(dependencies ?? {}),
      ...peers.filter((name) => peerDependenciesMeta?.[name]?.optional !== true),
    ]
    const wanted = optionalToo ? [...needs, ...optional] : needs.filter((name) => !optional.includes(name))
    for (const name of wanted) waiting.push({ name, from: place })
  }
  return found
}

/** As Node looks for a package: beside the one that wants it, then further up. */
function placeOf(locked: Locked, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (locked[place] !== undefined) return place
    if (folder === '') return undefined
  }
}
