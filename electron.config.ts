import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { UserConfig } from 'vite'

const here = (path: string): string => resolve(import.meta.dirname, path)

/** electron-vite means files that one Chromium reads from a folder; these are served, and to other browsers too. */
function forBrowsersToo(config: UserConfig): void {
  // Relative addresses break below a page such as /runs/abc.
  config.base = '/'
  config.build = { ...config.build, target: ['es2022', 'chrome111'], cssTarget: ['chrome111', 'firefox114'] }
}

/*
 * Only Electron's main process, its preload and the window are bundled; trainers and the command line run as they are
 * written. Each bundle is one file: main.js lies two folders below the root, as its sources do, so that what they say of
 * their own place stays true.
 */
export default defineConfig({
  main: {
    build: {
      outDir: here('out/main'),
      emptyOutDir: true,
      rolldownOptions: {
        input: { main: here('src-main/main.ts') },
        output: { codeSplitting: false, entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: here('out/preload'),
      emptyOutDir: true,
      // A sandboxed preload is CommonJS and may load nothing but "electron".
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: here('src-main/preload.ts') },
        output: { format: 'cjs', codeSplitting: false, entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    build: {
      outDir: here('out/renderer'),
      emptyOutDir: true,
      minify: true,
      rolldownOptions: { input: here('src-renderer/index.html') },
    },
    plugins: [react(), { name: 'for-browsers-too', config: forBrowsersToo }],
  },
})
