#!/usr/bin/env node
// Types are stripped once and kept (in the system's folder for temporary files), not at every start.
import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./cli/main.ts')
