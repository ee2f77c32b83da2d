import path from 'node:path'
import type { Configuration } from 'electron-builder'

const root = path.join(import.meta.dirname, '..')
const isWindows = process.platform === 'win32'

/** What the fuses of the packed Electron are burnt to: it is our app and nothing else, whatever its environment says. */
const electronFuses: NonNullable<Configuration['electronFuses']> = {
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableCookieEncryption: true,
  onlyLoadAppFromAsar: true,
  enableEmbeddedAsarIntegrityValidation: true,
  grantFileProtocolExtraPrivileges: false,
  loadBrowserProcessSpecificV8Snapshot: false,
}

/** Development's leftovers inside packages: nothing loads them. */
const leftovers = [
  '!**/*.{map,d.ts,d.cts,d.mts,tsbuildinfo}',
  '!node_modules/**/{test,tests,__tests__,docs,example,examples,benchmark,benchmarks,.github}/**',
  '!node_modules/**/*_test.{js,ts}',
  '!node_modules/@tensorflow/*/src/**',
  // Their Node entry is one file; these are the same code for script tags and bundlers.
  '!node_modules/@tensorflow/*/dist/**/*.{fesm,es2017}*.js',
  '!node_modules/@tensorflow/*/dist/*.min.js',
  // Its libraries are as large as all else together, and it needs CUDA 11.2 beside them.
  '!node_modules/@tensorflow/tfjs-node-gpu/**',
  '!node_modules/better-sqlite3/{deps,src}/**',
  '!node_modules/better-sqlite3/binding.gyp',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder's own placeholders.
  '!node_modules/webgpu/dist/!(${platform}-${arch}|${platform}-universal)/**',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder's own placeholders.
  '!node_modules/better-sqlite3/prebuilds/!(${platform}-${arch}.node)',
]

/**
 * Electron loads out/ from the archive, whose integrity it checks. Trainers and the command line run on a plain Node, which
 * reads no archive: their sources and packages lie beside it, with the Node they run on. They run as TypeScript, as they
 * do in a checkout; Node refuses that below node_modules only.
 * @param made the folder with what is made for packing: icon.png, package.json and workerPackages/
 */
export function packaging(made: string): Configuration {
  return {
    appId: 'app.anneal.desktop',
    productName: 'Anneal',
    copyright: 'MIT licence; see LICENSE',
    directories: { output: path.join(root, 'dist'), buildResources: made },
    asar: true,
    asarUnpack: ['src-main/**', 'shared/**', 'resources/**', 'node_modules/**', '**/*.node'],
    files: [
      'package.json',
      'LICENSE',
      'out/{main,preload,renderer}/**',
      '{src-main,shared}/**/*',
      '!{src-main,shared}/**/tsconfig*.json',
      // These are in out/main and out/preload.
      '!src-main/{main,window,preload}.ts',
      '!src-main/desktop/**',
      'resources/**',
      ...leftovers,
    ],
    extraResources: [
      {
        from: path.join(root, 'node_modules', 'node', 'bin', isWindows ? 'node.exe' : 'node'),
        to: isWindows ? 'node.exe' : 'node',
      },
      // Says that the sources beside the archive are modules, and of which version they are.
      { from: path.join(made, 'package.json'), to: 'app.asar.unpacked/package.json' },
      // What other machines install that become workers of this one.
      { from: path.join(made, 'workerPackages'), to: 'app.asar.unpacked/workerPackages' },
    ],
    electronFuses,
    // better-sqlite3 and sharp bring binaries of Node-API, which Electron loads as they are.
    npmRebuild: false,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder's own placeholders.
    artifactName: 'Anneal-${version}-${os}-${arch}.${ext}',
    publish: null,
    icon: path.join(made, 'icon.png'),
    linux: {
      target: ['AppImage', 'deb'],
      executableName: 'anneal',
      category: 'Science',
      synopsis: 'Train neural networks by their learning-rate schedule',
      maintainer: 'Anneal',
    },
    mac: {
      target: ['dmg', 'zip'],
      category: 'public.app-category.developer-tools',
      hardenedRuntime: true,
      entitlements: path.join(root, '.ci', 'entitlements.mac.plist'),
      entitlementsInherit: path.join(root, '.ci', 'entitlements.mac.plist'),
    },
    win: { target: ['nsis'] },
    nsis: { oneClick: false, allowToChangeInstallationDirectory: true, deleteAppDataOnUninstall: false },
  }
}
