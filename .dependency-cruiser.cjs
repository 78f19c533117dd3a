/** The house's doors: which room may import which. `npm run doors` fails when an import goes through a wall. */

/** Words and pure functions that every room but the lab may use. */
const WORDS = ['src/report/vocabulary.ts', 'probes/(failures|protocols|facts|printable).ts'];

/** The grammar of host names, URLs and secrets: pure, and the same wherever a name is read. */
const NAMES = ['src/config/(bad-value|credentials|host|mask|target-url).ts'];

/** A room (a folder or a file of the repository) and all that it may import beside itself and npm packages. */
const DOORS = {
  bin: ['src/cli'],
  'src/cli': [
    ...['src/agent.ts', 'src/config', 'src/report', 'src/lab', 'src/plan', 'src/diagnosis', 'src/version.ts'],
    ...['src/compare', 'src/delivery', 'src/records', 'src/run/progress.ts', ...WORDS],
  ],
  'src/agent.ts': [
    ...['src/environment', 'src/plan', 'src/run', 'src/diagnosis', 'src/report', 'src/config', ...WORDS],
  ],
  'src/config': ['src/azure', ...WORDS],
  'src/azure': [...NAMES, ...WORDS],
  'src/catalog': ['src/config/types.ts', ...WORDS],
  'src/environment': ['src/config', 'src/report', ...WORDS],
  'src/plan': ['src/azure', 'src/catalog', 'src/config', 'src/environment', 'src/report', ...WORDS],
  'src/run': ['probes', 'src/plan', 'src/environment', 'src/config', 'src/report', ...WORDS],
  'src/diagnosis': ['src/report', ...WORDS],
  'src/records': ['src/plan', 'src/config', 'src/report', ...WORDS],
  'src/report': ['src/azure', 'src/plan/types.ts', 'src/version.ts', ...WORDS],
  // A bundle tells of the machine that it was made on; uploads obey --connect-to as probes do.
  'src/delivery': [
    ...['src/azure', 'src/compare', 'src/config', 'src/environment', 'src/report', 'src/version.ts'],
    ...['probes/wire/outside.ts', ...WORDS],
  ],
  'src/compare': ['src/azure', 'src/report', ...NAMES, ...WORDS],
  // The lab plays the services: whatever it shared with the probes, both would get wrong together.
  'src/lab': ['src/report/vocabulary.ts'],
  'src/version.ts': ['package.json'],
  // What makes the files that are handed out knows the program by its path alone.
  build: ['package.json'],
  probes: [],
};

const pattern = (place) => (/\.\w+$/.test(place) ? `^${place.replaceAll('.', '\\.')}$` : `^${place}/`);

const doors = Object.entries(DOORS).map(([room, places]) => ({
  name: `doors-of-${room}`,
  comment: `${room} may import ${places.join(', ') || 'nothing outside itself'}`,
  severity: 'error',
  from: { path: pattern(room) },
  to: { pathNot: [pattern(room), '^node_modules/', ...places.map(pattern)], dependencyTypesNot: ['core'] },
}));

module.exports = {
  forbidden: [
    ...doors,
    {
      name: 'room-without-doors',
      comment: 'A new room needs a line in DOORS before anything stands in it',
      severity: 'error',
      from: { path: '^src/', pathNot: Object.keys(DOORS).map(pattern) },
      to: {},
    },
    {
      name: 'diagnosis-does-no-io',
      comment: 'An old report must be judged as well as a new one',
      severity: 'error',
      from: { path: '^src/diagnosis/' },
      to: { dependencyTypes: ['core'] },
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
      comment: 'An import that leads nowhere fails at run time, perhaps only on the way that needs it',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types walk through doors like everything else.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
