/**
 * Which module may import which. `npm run imports` fails when an import goes against it. Data goes one way, so imports
 * go one way: a module imports from its own layer and from those above it in this list.
 */
const LAYERS = [
  'probes',
  'src/version.ts',
  'src/common',
  'src/model',
  'src/azure',
  'src/config',
  'src/catalog',
  'src/environment',
  'src/plan',
  'src/run',
  'src/effective',
  'src/preflight',
  'src/diagnosis',
  'src/report',
  'src/records',
  'src/compare',
  'src/delivery',
  'src/lab',
  'src/judge-documents.ts',
  'src/survey-and-plan.ts',
  'src/agent.ts',
  'src/cli',
  'bin',
];

/** What the probes define for others: no code that talks on the wire. */
const PROBE_DEFINITIONS =
  '^probes/(address-scope|block-page|failures|local-limits|protocols|facts|printable)\\.ts$';

/** Servers and certificates of the simulator. */
const LAB_PACKAGES = ['@peculiar/x509', 'dns2', 'reflect-metadata', 'rhea', 'smtp-server'];

const under = (layer) => (/\.ts$/.test(layer) ? `^${layer.replaceAll('.', '\\.')}$` : `^${layer}/`);
const all = (layers) => layers.map(under);

const layers = LAYERS.map((layer, index) => ({
  name: `imports-of-${layer}`,
  comment: `${layer} may import from ${LAYERS.slice(0, index).join(', ') || 'no other module'}`,
  severity: 'error',
  from: { path: under(layer) },
  to: { path: [...all(LAYERS.slice(index + 1)), '^(build|test|bench)/'] },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'module-without-layer',
      comment: 'A new folder needs a line in LAYERS',
      severity: 'error',
      from: { path: '^src/', pathNot: all(LAYERS) },
      to: {},
    },
    {
      name: 'only-a-run-probes',
      comment:
        'Everything else knows the probes by their definitions; uploads connect and greet as probes do',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/run/' },
      to: { path: '^probes/', pathNot: [PROBE_DEFINITIONS, '^probes/wire/(system|tls-client)\\.ts$'] },
    },
    {
      name: 'diagnosis-is-pure',
      comment: 'An old report must be judged as well as a new one',
      severity: 'error',
      from: { path: '^src/diagnosis/' },
      to: {
        path: '^(src|probes)/',
        pathNot: ['^src/(diagnosis|common|model)/', PROBE_DEFINITIONS],
      },
    },
    {
      name: 'diagnosis-does-no-io',
      comment: 'An old report must be judged as well as a new one',
      severity: 'error',
      from: { path: '^src/diagnosis/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?net$' },
    },
    {
      name: 'lab-shares-nothing',
      comment: 'What a simulator shared with the probe that it answers, both would get wrong together',
      severity: 'error',
      from: { path: '^src/lab/' },
      to: { path: '^(src|probes)/', pathNot: ['^src/lab/', '^src/model/vocabulary\\.ts$'] },
    },
    {
      name: 'lab-packages-for-the-lab',
      comment: 'What only the demo needs must not be part of a run',
      severity: 'error',
      from: { path: '^(bin|src|probes)/', pathNot: '^src/lab/' },
      to: { path: `^node_modules/(${LAB_PACKAGES.join('|')})/` },
    },
    {
      name: 'lab-starts-on-demand',
      comment: 'Only the demo loads the lab, and with it the packages of the lab',
      severity: 'error',
      from: { path: '^(bin|src)/', pathNot: '^src/lab/' },
      to: { path: '^src/lab/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'build-knows-no-source',
      comment: 'What makes the files that are handed out knows the program by its path alone',
      severity: 'error',
      from: { path: '^build/' },
      to: { path: '^(bin|src|probes)/' },
    },
    {
      name: 'no-circular',
      comment: 'Data goes one way',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-development-package-in-production',
      comment: 'npm ci --omit=dev must be enough to run',
      severity: 'error',
      from: { path: '^(bin|src|probes)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'nothing-unresolved',
      comment: 'An import that leads nowhere fails at run time, perhaps only where it is needed',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types count like everything else.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
