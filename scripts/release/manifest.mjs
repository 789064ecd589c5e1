/** The package.json that is published, made of the one of the workspace. */
export function manifestOf(workspace) {
  const { private: _private, scripts: _scripts, devDependencies: _dev, ...kept } = workspace;
  const exported = Object.entries(workspace.exports).map(([name, source]) => [
    name,
    { types: inDist(source, '.d.ts'), default: inDist(source, '.js') },
  ]);
  return {
    ...kept,
    files: [
      'dist',
      ...(workspace.bin ? ['bin'] : []),
      ...(workspace.name === '@consort/cli' ? ['templates'] : []),
    ],
    exports: { ...Object.fromEntries(exported), './package.json': './package.json' },
    // A package whose name has a scope is published to nobody but its owners unless it says so.
    publishConfig: { access: 'public' },
  };
}

function inDist(source, extension) {
  return source.replace('./src/', './dist/').replace(/\.ts$/, extension);
}
