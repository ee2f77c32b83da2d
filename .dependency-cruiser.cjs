/** The layer rules of the README's file map, each with the reason it stands for. */
module.exports = {
  forbidden: [
    {
      name: 'shared-is-pure',
      comment:
        'shared/ runs in every process and in the browser: it may import itself, zod and libraries of plain arithmetic and text only.',
      severity: 'error',
      from: { path: '^shared/', pathNot: '^shared/api/' },
      to: {
        pathNot: [
          '^shared/',
          '^node_modules/(@types/)?(zod|@lezer/(?:common|python)|d3-array|expr-eval-fork|fastest-levenshtein|canonicalize|cephes|jstat|lobos)/',
        ],
      },
    },
    {
      name: 'api-contract-is-pure',
      comment:
        'The contract between window and core is the router; besides tRPC it may import what shared/ may.',
      severity: 'error',
      from: { path: '^shared/api/' },
      to: { pathNot: ['^shared/', '^node_modules/(zod|@trpc/server)/'] },
    },
    {
      name: 'window-takes-types-of-the-router-only',
      comment: 'The router is the code of the host; the window needs its type alone.',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^shared/api/(router|procedures)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'window-without-large-tables',
      comment:
        'The special functions of rank tests and the tables of Sobol sequences are megabytes: the host asks them, and hands over what comes of it.',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^node_modules/(cephes|lobos)/', reachable: true },
    },
    {
      name: 'only-the-desktop-door-imports-electron',
      comment: 'Everything else runs where there is no Electron.',
      severity: 'error',
      from: {
        path: '^(src-main|src-renderer|shared)/',
        pathNot: '^src-main/(main|window|preload|desktop/.*)\\.ts$',
      },
      to: { path: '^(node_modules/electron/|electron$)' },
    },
    {
      name: 'core-never-imports-the-window',
      comment: 'src-main talks to the window through the API contract in shared/ only.',
      severity: 'error',
      from: { path: '^src-main/' },
      to: { path: '^src-renderer/' },
    },
    {
      name: 'window-never-imports-the-core',
      comment: 'The renderer talks to the core through the API contract in shared/ only.',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: { path: '^src-main/' },
    },
    {
      name: 'only-trainer-and-engine-import-tfjs',
      comment:
        'TensorFlow.js lives in the trainer process; the host must start fast and survive its crashes.',
      severity: 'error',
      from: { path: '^src-main/', pathNot: '^src-main/(trainer|engine)/' },
      to: { path: '^node_modules/@tensorflow/' },
    },
    {
      name: 'host-never-imports-the-trainer',
      comment:
        'Host and trainer meet in shared/run/messages.ts, so that a trainer can live on another machine.',
      severity: 'error',
      from: { path: '^src-main/', pathNot: '^src-main/(trainer|engine)/' },
      to: { path: '^src-main/(trainer|engine)/' },
    },
    {
      name: 'only-store-imports-sqlite',
      comment: 'One writer: everything else asks the store.',
      severity: 'error',
      from: { path: '^(src-main|src-renderer|shared)/', pathNot: '^src-main/store/' },
      to: { path: '^node_modules/better-sqlite3/' },
    },
    {
      name: 'trainer-never-imports-the-store',
      comment: 'The trainer sends events; the core stores them.',
      severity: 'error',
      from: { path: '^src-main/(trainer|engine)/' },
      to: { path: '^src-main/(store|runs|cli|ensembles|export|core\\.ts)' },
    },
    {
      name: 'doors-only-translate',
      comment: 'Nothing in the core may know which door called it.',
      severity: 'error',
      from: {
        path: '^src-main/',
        pathNot: '^src-main/(cli|serve|desktop|main\\.ts|window\\.ts|preload\\.ts)',
      },
      to: { path: '^src-main/(cli|serve|desktop|main\\.ts|window\\.ts|preload\\.ts)' },
    },
    {
      name: 'no-cycles',
      comment:
        'A cycle, be it of types alone, means that two files are one idea, or that a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-circles-of-types',
      comment: 'So does one of types alone, where the types are not recursive by their nature.',
      severity: 'error',
      from: { path: '^src-main/', pathNot: '^src-main/store/' },
      to: { circular: true, path: '^src-main/' },
    },
    {
      name: 'resolvable',
      comment: 'The import names something that is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
