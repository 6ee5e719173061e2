#!/usr/bin/env node
// In the repository from the start, so that npm can link it before the first build.
import { main } from '../dist/cli/main.js';

main();
