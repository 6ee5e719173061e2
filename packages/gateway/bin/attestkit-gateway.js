#!/usr/bin/env node
// In the repository from the start, so that npm can link it before the first build.
import('../dist/command/main.js')
  .then(({ main }) => main())
  .catch((error) => {
    // Only where this very file is missing: any other fault keeps its stack.
    const unbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && error.url?.endsWith('/dist/command/main.js');
    if (!unbuilt) throw error;
    process.stderr.write('attestkit-gateway is not built yet: run npm run build\n');
    process.exitCode = 2;
  });
