import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { createBridge } from './desktop/bridge.ts'

/* All the page gets of the desktop. It runs in a sandbox, apart from the page's own scripts. */

const { platform, versions } = process
const { electron, chrome } = versions
contextBridge.exposeInMainWorld(
  'anneal',
  createBridge({
    ipc: ipcRenderer,
    platform,
    versions: { electron, chrome },
    pathForFile: (file) => (file instanceof File ? webUtils.getPathForFile(file) : ''),
    handOver: (message, ports) => window.postMessage(message, location.origin, [...ports]),
  }),
)
