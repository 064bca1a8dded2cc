#!/usr/bin/env node
// Placeholder replaced by the command line.
