import path from 'node:path'
import type { App } from 'electron'
import type { PlainNode } from '../process/plainNode.ts'

export interface Installation {
  /** Where package.json, resources/ and out/ lie. */
  readonly root: string
  readonly plainNode: PlainNode
}

/**
 * Where things lie: as packed by electron-builder, or in a checkout. A plain Node sees nothing inside an asar archive,
 * so what trainers are made of is packed beside it.
 */
export function installation(
  app: Pick<App, 'isPackaged' | 'getAppPath'>,
  resources = process.resourcesPath,
): Installation {
  const root = app.getAppPath()
  const binary = process.platform === 'win32' ? 'node.exe' : 'node'
  if (!app.isPackaged) {
    const execPath = path.join(root, 'node_modules', 'node', 'bin', binary)
    return { root, plainNode: { execPath, sources: path.join(root, 'src-main') } }
  }
  const unpacked = path.join(resources, 'app.asar.unpacked')
  return {
    root,
    plainNode: { execPath: path.join(resources, binary), sources: path.join(unpacked, 'src-main') },
  }
}
