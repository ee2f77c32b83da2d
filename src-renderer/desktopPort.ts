import { type DesktopBridge, portArrives } from '../shared/api/desktop.ts'
import type { WindowPort } from './ipcLink.ts'

/** A port to the host, from the preload script of the desktop window. */
export function desktopPort(bridge: DesktopBridge): () => Promise<WindowPort> {
  return () =>
    new Promise((resolve) => {
      const onMessage = ({ source, data, ports: [port] }: MessageEvent<unknown>): void => {
        if (source !== window || data !== portArrives || port === undefined) return
        window.removeEventListener('message', onMessage)
        resolve(port)
      }
      window.addEventListener('message', onMessage)
      bridge.connect()
    })
}
