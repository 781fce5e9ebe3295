import js from '@eslint/js'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import { importX } from 'eslint-plugin-import-x'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

const features = [
  'sessions',
  'replay',
  'settings',
  'snapshots',
  'restore',
  'forks',
  'compaction',
  'hooks',
  'warnings',
  'secrets',
  'sharing',
  'redactions',
  'projects',
]
const layer2 = ['adapters', 'redaction', 'vault', 'outside', 'live']

/** Which folder may not import which, and what to do instead. */
const zones = [
  {
    target: './web',
    from: ['./server', './db'],
    except: ['./contract'],
    message: 'The web knows only server/contract. Add a route there and call it.',
  },
  {
    target: './server/contract',
    from: ['./server', './db', './web'],
    except: ['./contract'],
    message: 'The contract runs in a browser: it imports zod and itself.',
  },
  ...features.map((name) => ({
    target: `./server/${name}`,
    from: [
      ...features.filter((other) => other !== name).map((other) => `./server/${other}`),
      './server/ingest',
      './server/elsewhere',
      './server/adapters',
    ],
    message: 'Features are strangers to each other. Take what you need as an argument from deps.ts.',
  })),
  ...layer2.map((name) => ({
    target: `./server/${name}`,
    from: [
      ...features.map((feature) => `./server/${feature}`),
      ...layer2.filter((other) => other !== name).map((other) => `./server/${other}`),
      './server/ingest',
      ...(name === 'vault' || name === 'outside' ? [] : ['./db']),
    ],
    message: 'Imports point downwards. Only ingest brings adapters and databases together.',
  })),
  {
    target: './server/code-state',
    from: ['./server', './db'],
    except: ['./code-state', './contract'],
    message: 'Code state is pure: operations in, file versions out.',
  },
  {
    target: './db',
    from: './server',
    except: ['./contract', './code-state'],
    message: 'Stores know the contract, not the features.',
  },
  {
    target: [
      ...['contract', 'code-state', 'ingest', 'plugins', ...layer2, ...features].map((name) => `./server/${name}`),
      './db',
      './web',
    ],
    from: ['./server/main.ts', './server/start.ts', './server/app.ts', './server/deps.ts'],
    message: 'main, app and deps wire everything and are imported by nobody.',
  },
]

export default ts.config(
  {
    ignores: [
      '**/node_modules/',
      '.node/',
      '.cache/',
      'web/dist/',
      'demo/home/',
      'test-results/',
      'playwright-report/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: ['tsconfig.json', 'web/tsconfig.json'] })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'max-lines': ['warn', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } },
    rules: { 'svelte/no-at-html-tags': 'error' },
  },
  { files: ['scripts/**', 'bench/**', 'e2e/**'], rules: { 'no-console': 'off' } },
)
