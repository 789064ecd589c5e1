#!/usr/bin/env node
// `npm create @consort NAME` is `production init NAME`.
import '../src/main.ts';
