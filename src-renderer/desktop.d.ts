import type { DesktopBridge } from '../shared/api/desktop.ts'

declare global {
  interface Window {
    /** There in the desktop window only. */
    readonly anneal?: DesktopBridge
  }
}
