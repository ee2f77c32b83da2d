import { contextBridge, ipcRenderer } from 'electron'
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
    handOver: (message, ports) => window.postMessage(message, location.origin, [...ports]),
  }),
)
